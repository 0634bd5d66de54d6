/**
 * The schema that partners' GraphQL text is read against (query type `graphql`, protocol 3.2), made from a registry
 * definition: a root field for each record type, a type for each class. It is never executed: arguments become criteria,
 * the selection becomes the projection. Plain graphql-js, since type-graphql keeps one global schema.
 */
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  type GraphQLOutputType,
} from 'graphql';
import type {
  ClassDefinition,
  PropertyDefinition,
  RecordTypeDefinition,
  RegistryDefinition,
  ScalarType,
} from '../registries/definition.js';
import { identifierTypesOf } from '../registries/registries.js';

const schemas = new WeakMap<RegistryDefinition, GraphQLSchema>();

/** Built once for a definition. */
export function querySchemaOf(definition: RegistryDefinition): GraphQLSchema {
  const schema = schemas.get(definition) ?? buildSchema(definition);
  schemas.set(definition, schema);
  return schema;
}

/** `SRPerson` → `sr_person`. */
export const rootField = (recordType: RecordTypeDefinition): string =>
  recordType.name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();

const JsonScalar = new GraphQLScalarType({ name: 'JSON' });
const FilterScalar = new GraphQLScalarType({
  name: 'Filter',
  description: 'A query of type expression, operators without $: {birth_date: {gte: "1950-01-01"}}',
});
const IdentifierInput = new GraphQLInputObjectType({
  name: 'IdentifierInput',
  fields: { type: { type: new GraphQLNonNull(GraphQLString) }, value: { type: new GraphQLNonNull(GraphQLID) } },
});

const SCALARS: Record<ScalarType, GraphQLScalarType> = {
  string: GraphQLString,
  identifier: GraphQLID,
  number: GraphQLFloat,
  integer: GraphQLInt,
  boolean: GraphQLBoolean,
  date: new GraphQLScalarType({
    name: 'Date',
    description: 'A calendar day such as 1985-05-20, a month such as 1985-05 or a year such as 1985',
  }),
  json: JsonScalar,
};

const scalarOf = (property: PropertyDefinition): GraphQLScalarType | undefined =>
  'type' in property ? SCALARS[property.type] : 'codes' in property ? GraphQLString : undefined;

function buildSchema(definition: RegistryDefinition): GraphQLSchema {
  const types = new Map<string, GraphQLObjectType>();
  for (const owner of Object.values(definition.classes)) types.set(owner.name, objectType(owner, types));
  const fields = definition.recordTypes.map((recordType) => [
    rootField(recordType),
    rootConfig(definition, recordType, types),
  ]);
  return new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: Object.fromEntries(fields) }) });
}

function objectType({ name, description, properties }: ClassDefinition, types: Map<string, GraphQLObjectType>) {
  const fields = (): GraphQLFieldConfigMap<unknown, unknown> =>
    Object.fromEntries(
      Object.entries(properties).map(([key, property]) => {
        const type = outputType(property, types);
        return [key, { type: property.list ? new GraphQLList(type) : type }];
      }),
    );
  return new GraphQLObjectType({ name, description, fields });
}

const outputType = (property: PropertyDefinition, types: Map<string, GraphQLObjectType>): GraphQLOutputType =>
  scalarOf(property) ?? ('class' in property ? types.get(property.class) : undefined) ?? JsonScalar;

function rootConfig(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  types: Map<string, GraphQLObjectType>,
): GraphQLFieldConfig<unknown, unknown> {
  const owner = definition.classes[recordType.class];
  const type = types.get(recordType.class);
  if (!owner || !type) throw new Error(`${definition.registry} has no class ${recordType.class}`);
  return { type: new GraphQLList(type), args: { ...attributeArguments(owner), ...identifierArguments(definition) } };
}

function identifierArguments(definition: RegistryDefinition): GraphQLFieldConfigArgumentMap {
  return {
    ...Object.fromEntries(identifierTypesOf(definition).map((type) => [type, { type: GraphQLID }])),
    identifier: { type: IdentifierInput },
    filter: { type: FilterScalar },
    first: { type: GraphQLInt, description: 'Page size' },
    after: { type: GraphQLString, description: 'next_cursor of an earlier reply' },
  };
}

const attributeArguments = ({ properties }: ClassDefinition): GraphQLFieldConfigArgumentMap =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const type = scalarOf(property);
      return type && type !== JsonScalar ? [[name, { type }]] : [];
    }),
  );
