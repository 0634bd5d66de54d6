/** An operation that came over the network ends in time: its client is told, and its work stops, statements included. */
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';
import { late } from '../use-cases/deadline.js';

/** Makes every query and mutation field heed `context.deadline`; without one nothing changes. */
export function enforceDeadlines(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) => {
        const { deadline } = context;
        // Mutations of one document follow one another: what has not begun in time does not begin.
        if (deadline?.aborted === true) throw late();
        const result: unknown = resolve(source, args, context, info);
        return deadline === undefined || !(result instanceof Promise) ? result : before(deadline, result);
      };
    }
  return schema;
}

function before<T>(deadline: AbortSignal, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(late());
    deadline.addEventListener('abort', refuse, { once: true });
    void result.then(resolve, reject).finally(() => deadline.removeEventListener('abort', refuse));
  });
}
