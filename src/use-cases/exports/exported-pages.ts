/** All records of a type, page by page in the order of their ids: as they are, or as one sender's agreement releases them. */
import { decideGate, decideItem, type Grant } from '../../access/decide-access.js';
import { findReleased } from '../../access/release.js';
import { externalIdsOf } from '../../entities/records/named-record.repository.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { conflict, notFound } from '../errors.js';
import type { Services } from '../services.js';
import type { ExportedRecord } from './export.types.js';

/** Short enough that nobody waits for the statement of a page. */
const PAGE = 1000;
const EVERYTHING: Criteria = { and: [] };

export interface Exported {
  records: ExportedRecord[];
  consentIds: string[];
  next?: string | undefined;
}

export interface ExportedType {
  definition: RegistryDefinition;
  recordType: RecordTypeDefinition;
}

type Exporting = Pick<Services, 'source' | 'database' | 'directory' | 'clock'>;

/** Of a page; the first where there is no cursor. */
export type ReadPage = (cursor?: string) => Promise<Exported>;

export const wholePages =
  ({ source, database }: Exporting, { definition, recordType }: ExportedType): ReadPage =>
  async (cursor) => {
    const page = { size: PAGE, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    const query = { definition, recordType: recordType.name, criteria: EVERYTHING, sort: [], page, uncounted: true };
    const { records, nextCursor } = await source.search(query);
    const external = await externalIdsOf(
      database,
      records.map(({ id }) => id),
    );
    return {
      records: records.map(({ id, data }) => ({ id, externalId: external.get(id), data })),
      consentIds: [],
      next: nextCursor,
    };
  };

/**
 * What a search of the sender would be given. It is decided anew for each page: an agreement that ends, or a consent that is
 * withdrawn meanwhile, ends it here too. Consents that a sender brings in its messages are not there.
 */
export const partnerPages =
  (services: Exporting, type: ExportedType, senderId: string, purpose: string | undefined): ReadPage =>
  async (cursor) => {
    const grant = await grantOf(services, type, senderId, purpose);
    const page = { size: PAGE, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    // The first page tells whether there are too few to be told; to count them again would take as long as all pages.
    const question = { criteria: EVERYTHING, page, uncounted: cursor !== undefined };
    const { records, nextCursor } = await findReleased(services.source, services.database, grant, question);
    const consentIds = records.flatMap((record) => record.consentIds);
    return { records: records.map(({ id, data }) => ({ id, data })), consentIds, next: nextCursor };
  };

/** @throws DomainError with the reason of the refusal */
export async function grantOf(
  { directory, clock }: Pick<Services, 'directory' | 'clock'>,
  { definition, recordType }: ExportedType,
  senderId: string,
  purpose: string | undefined,
): Promise<Grant> {
  const sender = await directory.bySenderId(senderId);
  if (sender === undefined) throw notFound('as', 'no such sender');
  const gate = decideGate({ sender, definition, operation: 'SEARCH', now: clock() });
  if (!gate.allowed) throw conflict('as', gate.explanation);
  const decided = decideItem(gate.agreements, definition, { recordType, purpose });
  if (!decided.allowed) throw conflict('as', decided.explanation);
  return decided;
}
