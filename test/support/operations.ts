/** Operations made from the schema itself: a field with samples of its required arguments, and nothing more. */
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';

export interface Body {
  query: string;
  variables: Record<string, unknown>;
}

/** Operations that not every registry has. */
const REGISTRIES: Record<string, string> = {
  disabled: 'DR',
  disabilityDetails: 'DR',
  disabilitySupport: 'DR',
  enrolled: 'IBR',
  updateEnrollments: 'IBR',
};

export const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.values(type?.getFields() ?? {});

/** A value that fits the type, with no more than is required. */
export function sample(type: GraphQLInputType): unknown {
  const named = getNullableType(type);
  if (isListType(named)) return [sample(named.ofType)];
  if (isEnumType(named)) return named.getValues()[0]?.name;
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map((field) => [field.name, sample(field.type)]),
    );
  const samples: Record<string, unknown> = {
    ID: '00000000-0000-7000-8000-000000000000',
    Int: 1,
    Float: 1,
    Boolean: true,
    JSON: {},
    JSONObject: {},
    DateTime: '2026-01-01T00:00:00Z',
    Duration: 'PT1H',
  };
  return samples[(named as { name: string }).name] ?? 'x';
}

/** @param given values of arguments beside the required ones, or instead of their samples */
export function operationOf(
  kind: string,
  field: GraphQLField<unknown, unknown>,
  given: Record<string, unknown> = {},
): Body {
  const args = field.args.filter(
    ({ name, type, defaultValue }) => name in given || (isNonNullType(type) && defaultValue === undefined),
  );
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  return {
    query: `${kind} ${declared && `(${declared})`} { ${field.name} ${passed && `(${passed})`} ${selection} }`,
    variables: Object.fromEntries(
      args.map(({ name, type }) => [name, inRegistry(name in given ? given[name] : sample(type), field.name)]),
    ),
  };
}

function inRegistry(value: unknown, field: string): unknown {
  const registry = REGISTRIES[field];
  return registry === undefined || typeof value !== 'object' || value === null ? value : { ...value, registry };
}
