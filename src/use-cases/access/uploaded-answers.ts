/** What was said of a person in the answer to an uploaded file, in which everybody of the file stands. */
import type { Told } from '../../entities/audit/disclosure.repository.js';
import { findParts, placeOfMessage, type StoredPart } from '../../entities/deliveries/delivery-message.repository.js';
import type { Services } from '../services.js';
import { memberOf } from './answered-questions.js';

/** Answers of parts that are in memory at once. */
const PARTS = 10;

export interface UploadedAnswers {
  /** One for each time that they were asked about. */
  kept: unknown[];
  /** Claimed in parts whose answers are kept no more; undefined where it is not known of them. */
  lost: string[] | undefined;
}

/** Persons stand in a transaction in the order in which its parts tell of them. */
export async function uploadedAnswers(
  services: Pick<Services, 'database' | 'vault'>,
  { id, recordIds }: Pick<Told, 'id' | 'recordIds'>,
  about: ReadonlySet<string>,
): Promise<UploadedAnswers> {
  const places = recordIds.flatMap((recordId, place) => (about.has(recordId) ? [place] : []));
  const kept: unknown[] = [];
  const lost = new Set<string>();
  let before = 0;
  for await (const part of partsOf(services, id)) {
    const found = lost.size > 0 ? undefined : await openFound(services, part);
    // Without one the places of those behind it are not known.
    if (found === undefined) for (const name of part.asked ?? []) lost.add(name);
    else {
      for (const place of places)
        if (place >= before && place < before + found.length) kept.push(found[place - before]);
      before += found.length;
    }
    if (kept.length === places.length) return { kept, lost: [] };
  }
  return { kept, lost: lost.size === 0 ? undefined : [...lost] };
}

async function* partsOf({ database }: Pick<Services, 'database'>, requestId: string): AsyncGenerator<StoredPart> {
  for (let parts: StoredPart[] = [], behind = 0; ; behind = parts.at(-1)?.page ?? behind) {
    parts = await findParts(database, requestId, behind, PARTS);
    yield* parts;
    if (parts.length < PARTS) return;
  }
}

/** Entries of those who were found; undefined where the message is kept no more. */
async function openFound(
  { vault }: Pick<Services, 'vault'>,
  { id, dataKeyId, sealed }: StoredPart,
): Promise<unknown[] | undefined> {
  if (dataKeyId === null || sealed === null) return undefined;
  const message = await vault.open(dataKeyId, sealed, placeOfMessage(id));
  if (message === undefined) return undefined;
  const entries = memberOf(message, 'verify_response');
  return Array.isArray(entries) ? entries.filter((entry: unknown) => memberOf(entry, 'found') === true) : [];
}
