/** Searched columns as definitions and sources want them: made where they are missing, filled bit by bit, dropped when unused. */
import type { Transactional } from '../entities/database/database.js';
import { dropUnusedLayouts, fillLayouts, keepLayouts } from '../entities/records/searched-record.repository.js';
import type { Registries } from '../protocol/registries/registries.js';
import { wantedLayouts } from '../sources/layouts.js';

const BATCH = 1000;
/** Of one run. */
const MOST = 100_000;

export async function fillColumns(database: Transactional, { all }: Registries): Promise<{ filled: number }> {
  await keepLayouts(database, await wantedLayouts(database, all));
  await dropUnusedLayouts(database);
  return { filled: await fillLayouts(database, { batch: BATCH, most: MOST }) };
}
