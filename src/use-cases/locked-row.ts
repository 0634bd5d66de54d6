/** The one way to a row that is about to change: found by its key, locked until the change commits, or refused. */
import { LockMode, type EntityClass, type FilterQuery } from '@mikro-orm/core';
import type { Unit } from '../entities/database/database.js';
import { isUuid } from '../platform/uuid.js';
import { notFound } from './errors.js';

type InTransaction = Pick<Unit, 'em'>;

/** @param field the argument that names it. @throws DomainError NOT_FOUND, also for what is no id at all */
export function lockById<Row extends { id: string }>(
  unit: InTransaction,
  type: EntityClass<Row>,
  id: string,
  field: string,
): Promise<Row> {
  if (!isUuid(id)) throw noSuch(type, field);
  return lockRow(unit, type, { id } as FilterQuery<NoInfer<Row>>, field);
}

/** By a key that is no UUID. Whoever comes second sees what the first made of it. @throws DomainError NOT_FOUND */
export async function lockRow<Row extends object>(
  { em }: InTransaction,
  type: EntityClass<Row>,
  key: FilterQuery<NoInfer<Row>>,
  field: string,
): Promise<Row> {
  const row = await em.findOne<Row>(type, key, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (row === null) throw noSuch(type, field);
  return row;
}

/** As people say its name: `ServerKey` is a server key. */
const noSuch = (type: { name: string }, field: string) =>
  notFound(field, `no such ${type.name.replace(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase()}`);
