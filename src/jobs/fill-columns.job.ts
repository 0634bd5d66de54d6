/** Searched columns as definitions and sources want them: made where they are missing, filled bit by bit, dropped when unused; former numbers too. */
import type { Database } from '../entities/database/database.js';
import {
  dropUnusedLayouts,
  fillLayouts,
  indexLayouts,
  keepLayouts,
} from '../entities/records/searched-record.repository.js';
import { fillFormerIdentifiers } from '../entities/records/former-identifier.repository.js';
import type { Registries } from '../protocol/registries/registries.js';
import { wantedLayouts } from '../sources/layouts.js';

const BATCH = 1000;
/** Of one run. */
const MOST = 1_000_000;

export async function fillColumns(database: Database, { all }: Registries): Promise<{ filled: number }> {
  const patient = database.patient();
  await keepLayouts(database, await wantedLayouts(database, all));
  await dropUnusedLayouts(database);
  const filled = await fillLayouts(patient, { batch: BATCH, most: MOST });
  await indexLayouts(database);
  await fillFormerIdentifiers(patient);
  return { filled };
}
