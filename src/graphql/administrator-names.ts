/** Names of administrators are those of accounts to be guessed at: a sender that reads of itself is not told them. */
import { defaultFieldResolver, isObjectType, type GraphQLSchema } from 'graphql';
import { WITHDRAWN } from '../use-cases/senders/sender-jwks.js';
import type { Context } from './context.js';

/** Of what a sender may read, by type. */
const NAMES: Record<string, string[]> = {
  Sender: ['createdBy', 'approvedBy', 'proposedBy'],
  SenderKey: ['revokedBy'],
  EventSubscription: ['approvedBy'],
};

/** What stands there and is nobody. */
const NOBODY = new Set<unknown>([null, undefined, WITHDRAWN, '(auto)']);

export function hideAdministrators(schema: GraphQLSchema): GraphQLSchema {
  for (const [typeName, names] of Object.entries(NAMES)) {
    const type = schema.getType(typeName);
    for (const name of names) {
      const field = isObjectType(type) ? type.getFields()[name] : undefined;
      if (field === undefined) throw new Error(`the schema has no field ${typeName}.${name}`);
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = async (source, args, context: Context, info) => {
        const told: unknown = await resolve(source, args, context, info);
        return context.principal.kind === 'admin' ? told : hidden(told);
      };
    }
  }
  return schema;
}

function hidden(name: unknown): unknown {
  if (Array.isArray(name)) return [];
  return NOBODY.has(name) ? name : '(administrator)';
}
