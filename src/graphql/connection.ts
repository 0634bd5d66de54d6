/** Relay connections over keyset cursors: exact while rows arrive, counted only when the count is asked for. */
import type { EntityName, FilterQuery } from '@mikro-orm/core';
import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import type { Database } from '../entities/database/database.js';
import { countRows, readPage } from '../entities/database/read-rows.js';
import { decodeCursor, encodeCursor, keysOf, type OrderBy } from './cursor.js';
import { DomainError } from '../use-cases/errors.js';

export const DEFAULT_SIZE = 20;
export const MAX_SIZE = 200;

/** `null` is the same as left out. */
@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'The first n, 0 to 200; 20 where neither first nor last is given.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Goes with `first`: a cursor; what comes behind it.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'The last n, 0 to 200.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Goes with `last`: a cursor; what comes before it.' })
  before?: string | null;
}

@ObjectType({ description: 'Where a page lies in its list, as Relay has it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more comes behind this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether more comes before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last row; null on an empty page.' })
  endCursor!: string | null;
}

export interface ConnectionData<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: PageInfo;
  count: () => Promise<number>;
}

/** The GraphQL types of a connection of `node`. */
export function connectionOf<Node extends object>(
  node: ClassType<Node>,
  name: string,
): ClassType<ConnectionData<Node>> {
  @ObjectType(`${name}Edge`, { description: 'A row of the list and where it stands.' })
  class Edge {
    @Field(() => String, { description: 'For `after` or `before`.' })
    cursor!: string;

    @Field(() => node, { description: 'The row.' })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of the list.' })
  class Connection implements ConnectionData<Node> {
    @Field(() => [Edge], { description: 'The rows with their cursors.' })
    edges!: Edge[];

    @Field(() => [node], { description: 'The rows alone.' })
    nodes!: Node[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, { description: 'All rows that the filter lets through; counted only when selected.' })
    totalCount(): Promise<number> {
      return this.count();
    }
  }
  return Connection;
}

/**
 * One page of `entity`. `orderBy` must end in the id, so that no two rows are equal in it.
 *
 * @param asked properties that are wanted of its rows; all where left out
 */
export async function findConnection<Node extends object>(
  database: Database,
  entity: EntityName<Node>,
  where: FilterQuery<NoInfer<Node>>,
  orderBy: OrderBy,
  args: ConnectionArgs,
  asked?: string[],
): Promise<ConnectionData<Node>> {
  const { size, backward, field, cursor } = pageOf(args);
  const meta = database.orm.getMetadata().get<Node>(entity);
  const order = Object.entries(orderBy);
  const keys = keysOf(order);
  const from = cursor == null ? undefined : decodeCursor(meta, keys, field, cursor);
  // A page of none still tells whether there is one to come.
  const found = await readPage(database, entity, where, { order, size: size || 1, backward, from, asked });
  const nodes = found.items.slice(0, size);
  const more = size === 0 ? found.items.length > 0 : found.more;
  const cursorOf = (node: Node): string => encodeCursor(meta, keys, node);
  const [first, last] = [nodes[0], nodes.at(-1)];
  const pageInfo: PageInfo = {
    hasNextPage: backward ? from !== undefined : more,
    hasPreviousPage: backward ? more : from !== undefined,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  };
  return new ReadConnection(nodes, pageInfo, cursorOf, () => countRows(database, entity, where));
}

/** A class, since what the accessor of an object literal closes over stays in memory until V8's next full collection. */
class ReadConnection<Node> implements ConnectionData<Node> {
  constructor(
    readonly nodes: Node[],
    readonly pageInfo: PageInfo,
    private readonly cursorOf: (node: Node) => string,
    readonly count: () => Promise<number>,
  ) {}

  /** Not every reader wants them. */
  get edges(): ConnectionData<Node>['edges'] {
    return this.nodes.map((node) => ({ cursor: this.cursorOf(node), node }));
  }
}

export interface Page {
  size: number;
  backward: boolean;
  field: 'after' | 'before';
  cursor: string | null | undefined;
}

/** @throws DomainError for arguments that do not fit together */
export function pageOf({ first, after, last, before }: ConnectionArgs): Page {
  if (first != null && last != null) throw refusal('first', 'first and last: give one of them');
  if (after != null && (last != null || before != null))
    throw refusal('after', 'after: goes with first; use before with last');
  if (before != null && last == null) throw refusal('before', 'before: goes with last; use after with first');
  for (const [field, size] of Object.entries({ first, last }))
    if (size != null && (size < 0 || size > MAX_SIZE))
      throw refusal(field, `${field}: must be between 0 and ${MAX_SIZE}`);
  return last == null
    ? { size: first ?? DEFAULT_SIZE, backward: false, field: 'after', cursor: after }
    : { size: last, backward: true, field: 'before', cursor: before };
}

const refusal = (field: string, message: string): DomainError => new DomainError('INVALID', message, field);
