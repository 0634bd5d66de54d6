/** An operation that came over the network ends in time: its client is told; a statement that still runs ends by its own limit. */
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';
import { DomainError } from '../use-cases/errors.js';
import { TOO_LONG } from './errors.js';

/** Makes every query and mutation field heed `context.deadline` (of `performance.now()`); without one nothing changes. */
export function enforceDeadlines(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) => {
        const result: unknown = resolve(source, args, context, info);
        return context.deadline === undefined || !(result instanceof Promise)
          ? result
          : before(context.deadline, result);
      };
    }
  return schema;
}

async function before<T>(deadline: number, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = () => reject(new DomainError('TIMEOUT', TOO_LONG));
    timer = setTimeout(refuse, Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
