/** An operation that came over the network ends in time: its client is told, and its work stops, statements included. */
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';
import { inTime } from '../use-cases/deadline.js';

/** Makes every query and mutation field heed `context.deadline`; without one nothing changes. */
export function enforceDeadlines(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) => {
        const { deadline } = context;
        const result = () => resolve(source, args, context, info);
        // Mutations of one document follow one another: what has not begun in time does not begin.
        return deadline === undefined ? result() : inTime(deadline, result);
      };
    }
  return schema;
}
