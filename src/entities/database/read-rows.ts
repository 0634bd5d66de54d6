/** Rows for reading alone: as their entities have them, without what MikroORM keeps to write them again, which is half of what a list costs. */
import type { EntityMetadata, EntityName, FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import { Cursor, type EntityManager } from '@mikro-orm/postgresql';

export interface PageOptions<Row> {
  where: FilterQuery<NoInfer<Row>>;
  orderBy: QueryOrderMap<Row>[];
  first?: number;
  last?: number;
  after?: object | undefined;
  before?: object | undefined;
}

export interface RowPage<Row> {
  items: Row[];
  hasNextPage: boolean;
  hasPrevPage: boolean;
}

/** A page by cursor, as `em.findByCursor` gives it; its rows belong to nobody's unit of work. */
export async function readByCursor<Row extends object>(
  em: EntityManager,
  entity: EntityName<Row>,
  { where, ...page }: PageOptions<Row>,
): Promise<RowPage<Row>> {
  const meta = em.getMetadata().get<Row>(entity);
  const options = { ...page, includeCount: false, overfetch: true };
  // References to other entities are for MikroORM to make.
  if (meta.relations.length > 0) return (await em.findByCursor(entity, { where, ...options } as never)) as RowPage<Row>;
  const rows = await em.getDriver().find<Row>(entity, where as never, options);
  const items = rows.map(readerOf(meta, em));
  return new Cursor<Row, never, never, never, false>(items as never, undefined, options as never, meta);
}

function readerOf<Row extends object>(meta: EntityMetadata<Row>, em: EntityManager): (row: object) => Row {
  const platform = em.getPlatform();
  const converted = meta.props.flatMap(({ name, customType }) =>
    customType === undefined ? [] : [[name, customType] as const],
  );
  const prototype = meta.class.prototype as object;
  return (row) => {
    const read: Record<string, unknown> = Object.assign(Object.create(prototype) as object, row) as never;
    for (const [name, type] of converted)
      if (read[name] != null) read[name] = type.convertToJSValue(read[name], platform) as unknown;
    return read as Row;
  };
}
