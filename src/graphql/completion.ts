/**
 * What compiles queries (compiled.ts) completes a value in the very turn in which it comes. Where that throws (an accessor
 * of a row, the check of a type), it waits for this value for ever, and what was thrown is nobody's: it would end the process.
 */
import { isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';

type Resolve = GraphQLFieldResolver<unknown, Context>;

/** Makes a fault of a value's completion the fault of its field, as graphql-js has it. */
export function completeSafely(schema: GraphQLSchema): GraphQLSchema {
  const query = schema.getQueryType();
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType))
    for (const field of Object.values(type.getFields())) {
      const resolve: Resolve | undefined = field.resolve;
      if (resolve !== undefined) field.resolve = (...asked) => safely(resolve(...asked), type === query);
    }
  return schema;
}

/** What is there at once is completed with the field that it belongs to; a field of the query belongs to none. */
const safely = (value: unknown, topmost: boolean): unknown =>
  topmost || value instanceof Promise ? new Completed(Promise.resolve(value)) : value;

/** Whoever takes the value and throws is told of it as of a value that did not come. */
class Completed implements PromiseLike<unknown> {
  constructor(private readonly value: Promise<unknown>) {}

  // oxlint-disable-next-line unicorn/no-thenable -- it stands for a promise, to both executors
  then<Taken, Failed>(
    take?: ((value: unknown) => Taken | PromiseLike<Taken>) | null,
    fail?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Taken | Failed> {
    const taken = this.value.then(take);
    return taken.then(undefined, fail);
  }
}
