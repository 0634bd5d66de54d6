import type { Sql } from '../entities/database/database.js';
import { forgetToldVersions, NO_VERSION } from '../entities/records/record-version.repository.js';

const MOST = { atOnce: 5000, inARun: 200_000 };

/**
 * Record versions that no delivery needs any more. Those of live sources are kept by millions: a run looks at some, and the
 * next one goes on behind them. Gives the number of those it forgot.
 */
export function forgetsTold(sql: Sql, { atOnce, inARun } = MOST): () => Promise<number> {
  let after = NO_VERSION;
  return async () => {
    let forgotten = 0;
    for (let looked = 0; looked < inARun; looked += atOnce) {
      const { gone, last } = await forgetToldVersions(sql, after, atOnce);
      forgotten += gone;
      after = last ?? NO_VERSION;
      if (last === undefined) break;
    }
    return forgotten;
  };
}
