/** What an administrator reads of persons, as it is noted. */
import type { Named } from '../entities/records/named-record.repository.js';

export interface Reading {
  targetType: 'Record' | 'Consent' | 'Subscription';
  /** Ids; none where nothing was found of whom the question named. */
  targets: string[];
  /** `Type.field` that was read. */
  field: string;
  /** Persons named by identifiers; their records are looked up. */
  named?: Named[];
}
