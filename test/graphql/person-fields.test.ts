/** Each field that tells an administrator of persons leaves a row before it does: none may be forgotten. */
import { getNamedType, isEnumType, isInputObjectType, isObjectType, type GraphQLNamedType } from 'graphql';
import { PERSON_FIELDS, PERSON_QUESTIONS } from '../../src/graphql/person-fields.js';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { OF_PARTNERS, WITHOUT_PERSONS } from './without-persons.js';

const PLAIN = new Set(['Boolean', 'Int', 'Float', 'DateTime']);
const names = (list = '') => new Set(list.split(/\s+/));

/** Every field that administrators reach and that nobody has judged, and every judgement that is of no such field. */
async function walk() {
  const schema = await gatewaySchema();
  const ofPartners = names(OF_PARTNERS);
  const unjudged: string[] = [];
  const judged = new Set<string>();
  const seen = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (!isObjectType(type) || seen.has(type)) return;
    seen.add(type);
    for (const { name, type: of } of Object.values(type.getFields())) {
      const place = `${type.name}.${name}`;
      if (type === schema.getMutationType() && ofPartners.has(name)) continue;
      if (place in PERSON_FIELDS) judged.add(place);
      else if (isObjectType(getNamedType(of))) visit(getNamedType(of));
      else if (names(WITHOUT_PERSONS[type.name]).has(name)) judged.add(place);
      else if (!isEnumType(getNamedType(of)) && !PLAIN.has(getNamedType(of).name) && !type.name.endsWith('Edge'))
        unjudged.push(place);
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    if (root != null) visit(root);
  const listed = [
    ...Object.keys(PERSON_FIELDS),
    ...Object.entries(WITHOUT_PERSONS).flatMap(([type, fields]) => [...names(fields)].map((name) => `${type}.${name}`)),
  ];
  return { unjudged, stale: listed.filter((place) => !judged.has(place)) };
}

test('every field is judged: in person-fields.ts it tells of persons, in without-persons.ts it does not', async () => {
  expect(await walk()).toEqual({ unjudged: [], stale: [] });
});

test('every query that can name a person leaves a row, whatever is asked of its answer', async () => {
  const schema = await gatewaySchema();
  const asks = (type: GraphQLNamedType): boolean =>
    isInputObjectType(type) &&
    (type.name === 'IdentifierInput' ||
      Object.values(type.getFields()).some((field) => asks(getNamedType(field.type))));
  const roots = [schema.getQueryType(), schema.getSubscriptionType()];
  const places = roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter(({ args }) => args.some(({ type }) => asks(getNamedType(type))))
      .map(({ name }) => `${root?.name}.${name}`),
  );
  expect(places.length).toBeGreaterThan(3);
  expect(places.filter((place) => !(place in PERSON_FIELDS) && !(place in PERSON_QUESTIONS))).toEqual([]);
});
