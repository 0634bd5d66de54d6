import type { Sql } from '../entities/database/database.js';
import { forgetToldVersions } from '../entities/records/record-version.repository.js';

const BATCH = 5000;

/** Record versions that no delivery needs any more. Gives their number. */
export async function forgetTold(sql: Sql): Promise<number> {
  let forgotten = 0;
  for (let done = BATCH; done === BATCH; forgotten += done) done = await forgetToldVersions(sql, BATCH);
  return forgotten;
}
