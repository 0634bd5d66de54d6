/** Relay connections over keyset cursors: exact while rows arrive, counted only when the count is asked for. */
import type { EntityName, FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ArgsType, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { UserError } from './errors.js';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 200;

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'The first n, at most 200; 20 where neither first nor last is given.',
  })
  first?: number;

  @Field(() => String, { nullable: true })
  after?: string;

  @Field(() => Int, { nullable: true })
  last?: number;

  @Field(() => String, { nullable: true })
  before?: string;
}

@ObjectType({ description: 'Relay page info.' })
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
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
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => node)
    node!: Node;
  }

  @ObjectType(`${name}Connection`)
  class Connection implements ConnectionData<Node> {
    @Field(() => [Edge])
    edges!: Edge[];

    @Field(() => [node])
    nodes!: Node[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, { description: 'Counted only when selected.' })
    totalCount(): Promise<number> {
      return this.count();
    }
  }
  return Connection;
}

/** One page of `entity`. `orderBy` must end in the id, so that no two rows are equal in it. */
export async function findConnection<Node extends object>(
  em: EntityManager,
  entity: EntityName<Node>,
  where: FilterQuery<NoInfer<Node>>,
  orderBy: QueryOrderMap<NoInfer<Node>> | QueryOrderMap<NoInfer<Node>>[],
  args: ConnectionArgs,
): Promise<ConnectionData<Node>> {
  const cursor = await em.findByCursor(entity, { where, orderBy, ...pageOf(args), includeCount: false });
  const nodes = cursor.items as unknown as Node[];
  return {
    nodes,
    edges: cursor.items.map((item) => ({ cursor: cursor.from(item), node: item as unknown as Node })),
    pageInfo: {
      hasNextPage: cursor.hasNextPage,
      hasPreviousPage: cursor.hasPrevPage,
      startCursor: cursor.startCursor,
      endCursor: cursor.endCursor,
    },
    count: () => em.count(entity, where),
  };
}

function pageOf({ first, after, last, before }: ConnectionArgs) {
  if (first !== undefined && last !== undefined)
    throw new UserError('BAD_USER_INPUT', 'first and last: give one of them', 'first');
  for (const [field, size] of Object.entries({ first, last }))
    if (size !== undefined && (size < 1 || size > MAX_SIZE))
      throw new UserError('BAD_USER_INPUT', `${field}: must be between 1 and ${MAX_SIZE}`, field);
  for (const [field, cursor] of Object.entries({ after, before })) checkCursor(field, cursor);
  if (last !== undefined) return { last, before };
  return { first: first ?? DEFAULT_SIZE, after };
}

function checkCursor(field: string, cursor: string | undefined): void {
  if (cursor === undefined) return;
  try {
    if (Array.isArray(JSON.parse(Buffer.from(cursor, 'base64url').toString()))) return;
  } catch {
    // Falls through to the refusal.
  }
  throw new UserError('BAD_USER_INPUT', `${field}: not a cursor of this list`, field);
}
