import { registerEnumType } from 'type-graphql';

/** A GraphQL enum whose every value is described; `values` is value → description. */
export function graphqlEnum<Value extends string>(
  name: string,
  description: string,
  values: Record<Value, string>,
): { [K in Value]: K } {
  const names = Object.keys(values) as Value[];
  const object = Object.fromEntries(names.map((value) => [value, value])) as { [K in Value]: K };
  const described = names.map((value) => [value, { description: values[value] }]);
  const valuesConfig = Object.fromEntries(described) as Record<Value, { description: string }>;
  registerEnumType(object, { name, description, valuesConfig });
  return object;
}
