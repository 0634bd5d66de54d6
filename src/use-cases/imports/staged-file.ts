/** The bytes of an import: taken in part by part, so that an upload that broke off goes on, and read where they are needed. */
import { setImmediate as turn } from 'node:timers/promises';
import { readParts, storePart } from '../../entities/queues/file-part.repository.js';
import { findImport, saveImport } from '../../entities/queues/file-import.repository.js';
import type { FileForm, GivenFile } from '../../sources/files/given-file.js';
import { conflict, invalid, notFound } from '../errors.js';
import type { Services } from '../services.js';

const PART_BYTES = 1_048_576;
const MOST_BYTES = 8 * 1024 ** 3;

type Staging = Pick<Services, 'database' | 'vault' | 'clock'>;

/** Adds to a staged file behind its first `from` bytes, which must be all that it has. Gives how many it has then. */
export async function receiveFile(
  staging: Staging,
  id: string,
  from: number,
  content: AsyncIterable<Buffer>,
): Promise<number> {
  let at = from;
  let waiting: Buffer[] = [];
  let length = 0;
  await assertGoesOn(staging, id, from);
  for await (const chunk of content) {
    waiting.push(chunk);
    length += chunk.length;
    while (length >= PART_BYTES) {
      const all = Buffer.concat(waiting);
      at = await addPart(staging, id, at, all.subarray(0, PART_BYTES));
      waiting = [all.subarray(PART_BYTES)];
      length -= PART_BYTES;
      await turn();
    }
  }
  return length > 0 ? addPart(staging, id, at, Buffer.concat(waiting)) : at;
}

async function assertGoesOn({ database }: Staging, id: string, from: number): Promise<void> {
  const stored = await findImport(database, id);
  if (stored === undefined) throw notFound('id', 'no such import');
  if (stored.state !== 'STAGED') throw conflict('id', 'the import was started or cancelled: stage another');
  if (stored.bytes !== from) throw conflict('from', `the file has ${stored.bytes} bytes: go on behind them`);
}

async function addPart({ database, vault, clock }: Staging, id: string, start: number, bytes: Buffer): Promise<number> {
  const end = start + bytes.length;
  if (end > MOST_BYTES) throw invalid('file', `at most ${MOST_BYTES} bytes: part it`);
  await database.transaction(async (unit) => {
    const stored = await findImport(unit, id, true);
    if (stored?.state !== 'STAGED' || stored.bytes !== start)
      throw conflict('from', 'the file was changed, started or cancelled meanwhile');
    await storePart(unit, vault, { importId: id, kind: 'FILE', start }, bytes, clock());
    await saveImport(unit, id, { bytes: end }, clock());
  });
  return end;
}

/** @param read told how many bytes were taken out */
export function stagedFile(
  { database, vault }: Pick<Services, 'database' | 'vault'>,
  importId: string,
  form: FileForm,
  read: (bytes: number) => void = () => {},
): GivenFile {
  return {
    form,
    async *bytes() {
      let taken = 0;
      for await (const part of readParts(database, vault, { importId, kind: 'FILE', start: 0 })) {
        read((taken += part.length));
        yield part;
      }
    },
    random: async () => {
      const { bytes: size = 0 } = (await findImport(database, importId)) ?? {};
      let taken = 0;
      const slice = async (from: number, to: number): Promise<Buffer> => {
        read(Math.min((taken += to - from), size));
        return sliceOf(readParts(database, vault, { importId, kind: 'FILE', start: from }), to - from);
      };
      return { size, slice };
    },
  };
}

async function sliceOf(parts: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let bytes = 0;
  for await (const part of parts) {
    taken.push(part);
    if ((bytes += part.length) >= length) break;
  }
  return Buffer.concat(taken).subarray(0, length);
}
