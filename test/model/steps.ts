/** The steps of a history, as plain data: numbers choose among what there is, so that any step can be left out when a failure is shrunk. */
import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  record,
  subarray,
  type Arbitrary,
} from 'fast-check';
import { FAULTS } from './ground.js';
import { DIALECTS } from './speech.js';

const OPERATIONS = ['SEARCH', 'VERIFY', 'SUBSCRIBE', 'DISABLED', 'DISABILITY_DETAILS', 'ENROLLED', 'BULK_SEARCH'];
export const SURNAMES = ['Diallo', 'Okafor'];
export const PURPOSES = [null, 'health', 'cash'];
const FIELDS = ['name', 'name.given_name', 'sex', 'birth_date', 'identifier', 'own'] as const;
export type Field = (typeof FIELDS)[number] | '*';

const who = nat({ max: 3 });
const which = nat({ max: 2 });
/** Of the two of a world: the social registry, and another. */
const kind = nat({ max: 1 });
const purpose = constantFrom(...PURPOSES);
const purposes = constantFrom<string[] | null>(null, null, null, null, null, null, ['health'], ['health', 'cash']);
/** All, or some; mostly with the identifiers, without which nobody is named. */
const fields = oneof(
  { weight: 3, arbitrary: constant<Field[]>(['*']) },
  { weight: 1, arbitrary: subarray<Field>([...FIELDS], { minLength: 1 }) },
  {
    weight: 4,
    arbitrary: subarray<Field>([...FIELDS]).map((some) => [...new Set<Field>([...some, 'identifier'])]),
  },
);
const operations = oneof(
  { weight: 9, arbitrary: constant(OPERATIONS) },
  { weight: 1, arbitrary: subarray(OPERATIONS, { minLength: 1 }) },
);
const by = constantFrom('identifier', 'passport', 'surname', 'birth_date', 'sex', 'both');
const door = constantFrom(
  'idtype',
  'expression',
  'predicate',
  'graphql',
  'short',
  'async',
  'api',
  'upload',
  'encrypted',
);
/** Of the token with which is asked: mostly none. */
const scope = oneof(
  { weight: 6, arbitrary: constant(null) },
  { weight: 1, arbitrary: constantFrom('registry.search', 'registry.social.search', 'registry.verify') },
);

const agreement = record({
  operations,
  fields,
  purposes,
  requiresConsent: boolean(),
  row: constantFrom(null, null, null, 'female'),
});
export type AgreementDraft = typeof agreement extends Arbitrary<infer T> ? T : never;

const asSearch = record({ do: constant('search'), sender: which, kind, person: who, by, door, purpose, scope });
const asHousehold = record({ do: constant('household'), sender: which, purpose });
const asVerify = record({
  do: constant('verify'),
  sender: which,
  kind,
  person: who,
  claim: constantFrom('birth_date', 'sex', 'name.given_name'),
  truth: boolean(),
  purpose,
});
const asChange = record({
  do: constant('change'),
  kind,
  person: who,
  sex: constantFrom('female', 'male'),
  surname: constantFrom(...SURNAMES),
});

const step = oneof(
  {
    weight: 8,
    arbitrary: asSearch,
  },
  { weight: 2, arbitrary: asHousehold },
  {
    weight: 3,
    arbitrary: asVerify,
  },
  {
    weight: 2,
    arbitrary: record({
      do: constant('special'),
      sender: which,
      person: who,
      what: constantFrom('disabled', 'get-disability-details', 'enrolled'),
    }),
  },
  {
    weight: 5,
    arbitrary: asChange,
  },
  { weight: 1, arbitrary: record({ do: constant('delete'), kind, person: who }) },
  {
    weight: 2,
    arbitrary: record({
      do: constant('subscribe'),
      sender: which,
      kind,
      event: constantFrom('UPDATE', 'REGISTER', 'DELETE'),
      purpose,
    }),
  },
  { weight: 1, arbitrary: record({ do: constant('unsubscribe'), sender: which }) },
  { weight: 3, arbitrary: record({ do: constant('agree'), sender: which, kind, agreement }) },
  { weight: 1, arbitrary: record({ do: constant('end'), sender: which, kind }) },
  { weight: 1, arbitrary: record({ do: constant('expire'), sender: which, kind }) },
  {
    weight: 4,
    arbitrary: record({ do: constant('consent'), kind, person: who, sender: option(which), fields, purposes }),
  },
  { weight: 1, arbitrary: record({ do: constant('householdConsent'), sender: which }) },
  { weight: 2, arbitrary: record({ do: constant('revoke'), which: nat({ max: 20 }) }) },
  { weight: 1, arbitrary: record({ do: constant('suspend'), sender: which }) },
  { weight: 1, arbitrary: record({ do: constant('activate'), sender: which }) },
  { weight: 2, arbitrary: record({ do: constant('again'), sender: which, which: nat({ max: 20 }) }) },
  { weight: 2, arbitrary: record({ do: constant('status'), sender: which, which: nat({ max: 20 }) }) },
  { weight: 1, arbitrary: record({ do: constant('own'), sender: which }) },
  { weight: 1, arbitrary: record({ do: constant('resend'), sender: which }) },
  { weight: 1, arbitrary: record({ do: constant('rotate') }) },
  { weight: 1, arbitrary: record({ do: constant('restart') }) },
);
type Calm = typeof step extends Arbitrary<infer T> ? T : never;

/** What breaks while one partner after another asks something and the ministry changes somebody. */
const fault = record({
  do: constant('fault' as const),
  fault: constantFrom(...FAULTS),
  beginsAfterMs: constantFrom(0, 5, 20, 60),
  lastsMs: constantFrom(0, 300, 2500),
  asks: array(
    oneof(
      { weight: 4, arbitrary: asSearch },
      { weight: 1, arbitrary: asHousehold },
      { weight: 1, arbitrary: asVerify },
    ),
    {
      minLength: 3,
      maxLength: 3,
    },
  ),
  change: asChange,
});
type Fault = typeof fault extends Arbitrary<infer T> ? T : never;
export type Step = Calm | Fault;
export type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>;

const consent = record({ kind, person: who, sender: option(which), fields, purposes });
const people = record({ sex: constantFrom('female', 'male'), surname: constantFrom(...SURNAMES) });
const six = <T>(one: Arbitrary<T>) => array(one, { minLength: 6, maxLength: 6 });

/** How a world begins: a second registry, three senders, an agreement of each for either, and who is registered. */
const beginning = record({
  other: integer({ min: 1, max: 5 }),
  suppressBelow: constantFrom(0, 3),
  dialects: array(constantFrom(...DIALECTS, 'DCI' as const), { minLength: 3, maxLength: 3 }),
  agreements: six(agreement),
  people: array(people, { minLength: 8, maxLength: 8 }),
  consents: array(consent, { minLength: 4, maxLength: 16, size: 'max' }),
});

export const history = record({ beginning, steps: array(step, { minLength: 20, maxLength: 50, size: 'max' }) });
/** Shorter: each fault takes its seconds. */
export const faultyHistory = record({
  beginning,
  steps: array(oneof<Arbitrary<Step>[]>(step, fault), { minLength: 10, maxLength: 16, size: 'max' }),
});
export interface History {
  beginning: typeof beginning extends Arbitrary<infer T> ? T : never;
  steps: Step[];
}
