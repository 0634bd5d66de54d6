/** Gives each part of the schema that has no description of its own the glossary's. */
import {
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { GLOSSARY } from './glossary.js';

export interface Described {
  /** `Type`, `Type.field` or `Type.field.argument`. */
  place: string;
  part: Named;
}

interface Named {
  name: string;
  description?: string | null | undefined;
}

export function describeSchema(schema: GraphQLSchema): GraphQLSchema {
  for (const { place, part } of partsOf(schema))
    part.description ??= GLOSSARY[place] ?? GLOSSARY[place.slice(place.lastIndexOf('.') + 1)];
  return schema;
}

/** Everything that a reader of the schema meets, less what GraphQL itself brings. */
export function partsOf(schema: GraphQLSchema): Described[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .flatMap((type) => (roots.some((root) => root === type) ? membersOf(type) : [...itself(type), ...membersOf(type)]));
}

const itself = (type: GraphQLNamedType): Described[] => [{ place: type.name, part: type }];

function membersOf(type: GraphQLNamedType): Described[] {
  const of = (part: Named, parent = type.name): Described => ({ place: `${parent}.${part.name}`, part });
  if (isEnumType(type)) return type.getValues().map((value) => of(value));
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => of(field));
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    of(field),
    ...field.args.map((argument) => of(argument, `${type.name}.${field.name}`)),
  ]);
}
