/** The steps of a history, as plain data: numbers choose among what there is, so that any step can be left out when a failure is shrunk. */
import fc from 'fast-check';

const OPERATIONS = ['SEARCH', 'VERIFY', 'SUBSCRIBE', 'DISABLED', 'DISABILITY_DETAILS', 'ENROLLED', 'BULK_SEARCH'];
export const SURNAMES = ['Diallo', 'Okafor'];
export const PURPOSES = [null, 'health', 'cash'];
const FIELDS = ['name', 'name.given_name', 'sex', 'birth_date', 'identifier', 'own'] as const;
export type Field = (typeof FIELDS)[number] | '*';

const who = fc.nat({ max: 3 });
const which = fc.nat({ max: 2 });
/** Of the two of a world: the social registry, and another. */
const kind = fc.nat({ max: 1 });
const purpose = fc.constantFrom(...PURPOSES);
const purposes = fc.constantFrom<string[] | null>(null, null, null, null, null, null, ['health'], ['health', 'cash']);
/** All, or some; mostly with the identifiers, without which nobody is named. */
const fields = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Field[]>(['*']) },
  { weight: 1, arbitrary: fc.subarray<Field>([...FIELDS], { minLength: 1 }) },
  {
    weight: 4,
    arbitrary: fc.subarray<Field>([...FIELDS]).map((some) => [...new Set<Field>([...some, 'identifier'])]),
  },
);
const operations = fc.oneof(
  { weight: 9, arbitrary: fc.constant(OPERATIONS) },
  { weight: 1, arbitrary: fc.subarray(OPERATIONS, { minLength: 1 }) },
);
const by = fc.constantFrom('identifier', 'passport', 'surname', 'birth_date', 'sex', 'both');
const door = fc.constantFrom('idtype', 'expression', 'predicate', 'graphql', 'short', 'async', 'api', 'upload');

const agreement = fc.record({
  operations,
  fields,
  purposes,
  requiresConsent: fc.boolean(),
  row: fc.constantFrom(null, null, null, 'female'),
});
export type AgreementDraft = typeof agreement extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('search'), sender: which, kind, person: who, by, door, purpose }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('household'), sender: which, purpose }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('verify'),
      sender: which,
      kind,
      person: who,
      claim: fc.constantFrom('birth_date', 'sex', 'name.given_name'),
      truth: fc.boolean(),
      purpose,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('special'),
      sender: which,
      person: who,
      what: fc.constantFrom('disabled', 'get-disability-details', 'enrolled'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('change'),
      kind,
      person: who,
      sex: fc.constantFrom('female', 'male'),
      surname: fc.constantFrom(...SURNAMES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), kind, person: who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('subscribe'),
      sender: which,
      kind,
      event: fc.constantFrom('UPDATE', 'REGISTER', 'DELETE'),
      purpose,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe'), sender: which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('agree'), sender: which, kind, agreement }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end'), sender: which, kind }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('consent'), kind, person: who, sender: fc.option(which), fields, purposes }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('householdConsent'), sender: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke'), which: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend'), sender: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('activate'), sender: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again'), sender: which, which: fc.nat({ max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('status'), sender: which, which: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('own'), sender: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resend'), sender: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>;

const consent = fc.record({ kind, person: who, sender: fc.option(which), fields, purposes });
const people = fc.record({ sex: fc.constantFrom('female', 'male'), surname: fc.constantFrom(...SURNAMES) });
const six = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 6, maxLength: 6 });

/** How a world begins: a second registry, three senders, an agreement of each for either, and who is registered. */
const beginning = fc.record({
  other: fc.integer({ min: 1, max: 5 }),
  suppressBelow: fc.constantFrom(0, 3),
  agreements: six(agreement),
  people: fc.array(people, { minLength: 8, maxLength: 8 }),
  consents: fc.array(consent, { minLength: 4, maxLength: 16, size: 'max' }),
});

export const history = fc.record({ beginning, steps: fc.array(step, { minLength: 20, maxLength: 50, size: 'max' }) });
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
