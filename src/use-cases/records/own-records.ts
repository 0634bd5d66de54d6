/** Records that an outside source keeps are changed there: what we hold of them are copies. */
import type { Sql } from '../../entities/database/database.js';
import { keeperOf, type ServedType } from '../../entities/sources/source.repository.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { conflict } from '../errors.js';

/** @throws DomainError `CONFLICT` */
export async function assertOwnTypes(sql: Sql, field: string, types: ServedType[]): Promise<void> {
  for (const type of types) {
    const keeper = await keeperOf(sql, type);
    if (keeper !== undefined)
      throw conflict(field, `${type.registry} ${type.recordType} is kept by the source ${keeper}: change it there`);
  }
}

/** @throws RecordInvalid */
export async function assertOwnType(sql: Sql, type: ServedType): Promise<void> {
  if ((await keeperOf(sql, type)) !== undefined)
    throw new RecordInvalid('', 'is of a type that another system keeps for this registry: change it there');
}
