/** A migration that PostgreSQL refused: which one, why, and what to do, without a value of the row that it failed on. */
import { isNativeError } from 'node:util/types';
import { sqlStateOf } from '../database/database.js';
import { isUnavailable } from '../database/unavailable.js';

/** A lock that was not had in time, and the rights of a user, are told by who knows what to do. */
const TOLD_ELSEWHERE = new Set(['55P03', '42501']);
/** Their messages name objects of the database; others quote values. */
const OF_OBJECTS = /^(0A|42|55)/;

export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';

  constructor(migration: string, code: string, what: string, cause: unknown) {
    super(
      `the migration ${migration} failed, and nothing was changed: PostgreSQL answers ${code}${what}. ` +
        'Start the version before again meanwhile; put right what is named, and start this one anew',
      { cause },
    );
  }
}

/** What goes by, or has a remedy of its own, stays what it is. */
export function ofMigration(migration: string, error: unknown): unknown {
  const code = sqlStateOf(error);
  if (!isNativeError(error) || typeof code !== 'string' || TOLD_ELSEWHERE.has(code) || isUnavailable(error))
    return error;
  const { message, constraint } = error as Error & { constraint?: string };
  const what = OF_OBJECTS.test(code) ? `, ${message}` : constraint === undefined ? '' : ` of ${constraint}`;
  return new MigrationFailed(migration, code, what, error);
}
