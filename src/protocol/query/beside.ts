/** What stands beside the part of a query that is read: passed over, it would find more people than were meant. */
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid, quoteName } from './query-rejection.js';

/** Names of the query itself, and of what it is about; they compare nothing. */
const LABELS = new Set(['type', '@type', '@context', 'collection']);

/** @param read the members that are read @throws ItemRejected that names a member which is not */
export function assertNothingBeside(node: unknown, ...read: string[]): void {
  const stray = isObject(node) ? Object.entries(node).find(([name, value]) => !isRead(name, value, read)) : undefined;
  if (stray === undefined) return;
  throw criteriaInvalid(
    `${quoteName(stray[0])} is not read beside ${read.map((name) => `"${name}"`).join(', ')}: put every comparison inside the query’s own form`,
  );
}

const isRead = (name: string, value: unknown, read: string[]): boolean =>
  read.includes(name) || (LABELS.has(name) && !isObject(value));
