/** Who got or read what of a person, when, and on what ground: from the decisions and readings that were stored. */
import type { Admin } from '../../access/principal.js';
import { isIndexWhole } from '../../entities/audit/audit-rows.repository.js';
import {
  findAnswersAbout,
  findNotificationsAbout,
  indexDisclosures,
} from '../../entities/audit/disclosure.repository.js';
import { findReadings, type StoredReading } from '../../entities/audit/reading.repository.js';
import type { RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { recordAdminAction } from '../admin-change.js';
import type { InsideRecord } from '../../sources/person-records.js';
import type { Services } from '../services.js';
import { invalid } from '../errors.js';
import type { AccessReport, PersonReading } from './access.types.js';
import { findPerson } from './person-found.js';
import { tellDisclosures } from './tell-disclosures.js';

export interface ReportQuestion {
  /** Left out: every registry that identifies somebody by such an identifier. */
  registry?: Registry | null | undefined;
  identifier: RecordIdentifier;
  reason: string;
  first: number;
}

const MAX = 1000;

export async function reportAccess(services: Services, admin: Admin, question: ReportQuestion): Promise<AccessReport> {
  if (question.first < 1 || question.first > MAX) throw invalid('first', `must be between 1 and ${MAX}`);
  return makeReport(services, admin, question, 'accessReport');
}

/** The reading is on record, under this name, before anything of it is told. */
export async function makeReport(
  services: Services,
  admin: Admin,
  { registry, identifier, reason, first }: ReportQuestion,
  action: 'accessReport' | 'exportAccessReport',
): Promise<AccessReport> {
  if (reason.trim() === '') throw invalid('reason', 'say why the report is needed; it is recorded');
  const { database, clock } = services;
  const person = await findPerson(services, { registry, identifier });
  const { own, consents } = person;
  const about = [...own, ...person.inside.map(({ id }) => id)];
  const after = { ...(registry != null && { registry }), fields: [FIELD[action]], about: own };
  const change = { action, targetType: 'Record', targetId: own[0] ?? 'none', reason, after };
  await database.transaction((unit) => recordAdminAction(unit, admin, change, clock()));
  await indexDisclosures(database);
  const found = await Promise.all([
    findAnswersAbout(database, about, first + 1),
    findNotificationsAbout(database, about, first + 1),
  ]);
  const readings = await findReadings(database, [...about, ...consents], first + 1);
  const rows = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  const isOwn = new Set([...own, ...consents]);
  const isWhole = rows.length <= first && readings.length <= first && (await isIndexWhole(database));
  return {
    at: clock(),
    registries: person.registries,
    notAsked: person.notAsked,
    disclosures: await tellDisclosures(services, rows.slice(0, first), person),
    readings: readings
      .slice(0, first)
      .filter((row) => isOf(row, isOwn, person.inside))
      .map((row) => tellReading(row, isOwn)),
    complete: person.complete && isWhole,
  };
}

const FIELD = { accessReport: 'Query.accessReport', exportAccessReport: 'exportAccessReport' };

/** What was read of a household as it then was tells nothing of whoever had left it; a stored message may. */
const AS_IT_IS = new Set(['readPersons', 'exportRecords', 'upsertRecords']);

const isOf = ({ about, at, action }: StoredReading, own: Set<string>, inside: InsideRecord[]): boolean =>
  about.some((id) => own.has(id)) ||
  inside.some(
    ({ id, until }) => about.includes(id) && (until === undefined || !AS_IT_IS.has(action) || new Date(at) < until),
  );

function tellReading({ about, at, ...row }: StoredReading, own: Set<string>): PersonReading {
  return { ...row, at: new Date(at), inside: !about.some((id) => own.has(id)) };
}
