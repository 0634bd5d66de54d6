/**
 * Pages of rows for reading alone: a statement of their own, and rows as their entities have them without what MikroORM
 * keeps to write them again. Building its statement and its entities is most of what a list would cost.
 */
import { createHash } from 'node:crypto';
import type { EntityMetadata, EntityName, FilterQuery, Platform } from '@mikro-orm/core';
import type { Database } from './database.js';
import { conditionOf, type FilterTerms } from './filter.sql.js';

export type Order = [property: string, direction: 'asc' | 'desc'][];

export interface PageOptions {
  /** All properties the same way, and the last one of them unique. */
  order: Order;
  size: number;
  /** The last ones of the list instead of the first ones. */
  backward: boolean;
  /** Values of `order` in the row that the page begins behind, or ends before. */
  from: Record<string, unknown> | undefined;
  /** Properties that are wanted beside those of `order`; all that are not lazy where left out. */
  asked?: string[] | undefined;
}

export interface RowPage<Row> {
  items: Row[];
  /** Whether there are more, the way that the page was read. */
  more: boolean;
}

/** In the order of the list, whichever way it was read. */
export async function readPage<Row extends object>(
  database: Database,
  entity: EntityName<Row>,
  where: FilterQuery<NoInfer<Row>>,
  { order, size, backward, from, asked }: PageOptions,
): Promise<RowPage<Row>> {
  const meta = database.orm.getMetadata().get<Row>(entity);
  // References to other entities are for MikroORM to make.
  if (meta.relations.length > 0) {
    const page = { orderBy: order.map(([key, way]) => ({ [key]: way })), includeCount: false, overfetch: true };
    const wanted = backward ? { last: size, before: from } : { first: size, after: from };
    const found = await database.em().findByCursor(entity, { where, ...page, ...wanted } as never);
    return { items: found.items, more: backward ? found.hasPrevPage : found.hasNextPage };
  }
  const table = tableOf(meta, database);
  const { values, terms } = termsOf(table);
  const forward = order[0]?.[1] === 'asc' ? 'asc' : 'desc';
  if (order.some(([, way]) => way !== forward)) throw new Error('the order of a list goes one way');
  const way = backward ? (forward === 'asc' ? 'desc' : 'asc') : forward;
  const keys = order.map(([key]) => terms.column(key));
  const bound = Object.values(from ?? {}).map(terms.place);
  const beyond = bound.length === 0 ? '' : ` and (${keys.join()}) ${way === 'asc' ? '>' : '<'} (${bound.join()})`;
  const { columns, read } = asked === undefined ? table.all : table.only([...order.map(([key]) => key), ...asked]);
  const text = `select ${columns} from ${table.name} where ${conditionOf(where, terms)}${beyond}
    order by ${keys.map((key) => `${key} ${way}`).join()} limit ${terms.place(size + 1)}`;
  const rows = (await database.query<object>(text, values, nameOf(text))).map(read) as Row[];
  const items = rows.slice(0, size);
  return { items: backward ? items.toReversed() : items, more: rows.length > size };
}

/** All rows that `where` lets through. */
export async function countRows<Row extends object>(
  database: Database,
  entity: EntityName<Row>,
  where: FilterQuery<NoInfer<Row>>,
): Promise<number> {
  const meta = database.orm.getMetadata().get<Row>(entity);
  if (meta.relations.length > 0) return database.em().count(entity, where);
  const table = tableOf(meta, database);
  const { values, terms } = termsOf(table);
  const condition = conditionOf(where, terms);
  const [row] = await database.query<{ count: string }>(
    `select count(*) from ${table.name} where ${condition}`,
    values,
  );
  return Number(row?.count);
}

interface Table {
  name: string;
  column: (property: string) => string;
  /** Of every property that is not lazy. */
  all: Shape;
  only: (properties: string[]) => Shape;
}

/** What is read of a row. Of its entity's class is only a row that was read whole: its methods look at all of it. */
interface Shape {
  /** Under the names of their properties. */
  columns: string;
  read: (row: object) => object;
}

const tables = new WeakMap<object, Table>();

function tableOf<Row>(meta: EntityMetadata<Row>, database: Database): Table {
  const known = tables.get(meta) ?? describe(meta, database);
  tables.set(meta, known);
  return known;
}

function describe<Row>(meta: EntityMetadata<Row>, { orm }: Database): Table {
  const platform = orm.em.getPlatform();
  const names = new Map<string, string>(meta.props.map(({ name, fieldNames }) => [name, `"${fieldNames[0]}"`]));
  const column = (property: string): string => {
    const name = names.get(property);
    if (name === undefined) throw new Error(`${meta.className} has no property ${property}`);
    return name;
  };
  const always = meta.props.filter(({ lazy, persist }) => lazy !== true && persist !== false);
  const shapeOf = (read: typeof always): Shape => ({
    columns: read.map(({ name }) => `${column(name)} as "${name}"`).join(),
    read: readerOf(read, platform),
  });
  const whole = shapeOf(always);
  // What a row holds already shadows the setters by which MikroORM keeps track.
  const entityOf = (row: object): object => Object.setPrototypeOf(row, meta.class.prototype as object) as object;
  const all: Shape = { ...whole, read: (row) => whole.read(entityOf(row)) };
  const shapes = new Map<string, Shape>();
  const only = (properties: string[]): Shape => {
    const read = always.filter(({ name }) => properties.includes(name));
    // What is no column of its own is made of others.
    if (properties.some((property) => !read.some(({ name }) => name === property))) return all;
    const key = read.map(({ name }) => name).join();
    const shape = shapes.get(key) ?? (shapes.size < MAX_PREPARED ? shapeOf(read) : all);
    if (shape !== all) shapes.set(key, shape);
    return shape;
  };
  return { name: `"${meta.tableName}"`, column, all, only };
}

/** Makes the values of a row those that its entity has. */
function readerOf<Row>(properties: EntityMetadata<Row>['props'], platform: Platform): Shape['read'] {
  const converted = properties.flatMap(({ name, customType, runtimeType }) => {
    if (runtimeType === 'Date') return [[name, (value: unknown) => platform.parseDate(value as string)] as const];
    return customType === undefined
      ? []
      : [[name, (value: unknown) => customType.convertToJSValue(value, platform) as unknown] as const];
  });
  return (given) => {
    const row = given as Record<string, unknown>;
    for (const [name, convert] of converted) if (row[name] != null) row[name] = convert(row[name]);
    return row;
  };
}

function termsOf({ column }: Table): { values: unknown[]; terms: FilterTerms } {
  const values: unknown[] = [];
  return { values, terms: { column, place: (value) => `$${values.push(value)}` } };
}

/** A connection keeps a prepared statement until it ends, so only so many are made. */
const MAX_PREPARED = 100;
const prepared = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = prepared.get(text);
  if (known !== undefined || prepared.size >= MAX_PREPARED) return known;
  const name = `page-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  prepared.set(text, name);
  return name;
}
