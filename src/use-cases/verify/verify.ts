/** Verify: yes or no per claim about one person; no record leaves. */
import { decideGate, decideItem, forbiddenBy, summarizeDecision, type Grant } from '../../access/decide-access.js';
import { askUnder, consented, type Released } from '../../access/release.js';
import type { KnownSender } from '../../access/sender-directory.js';
import { ProtocolError, RequestInvalid } from '../../protocol/errors.js';
import { identifyingOf } from '../../protocol/registries/records/identifying.js';
import type { SourceRecord, SourceResult } from '../../sources/registry-source.js';
import type { Operation } from '../../protocol/vocabulary.js';
import type { PartnerCall } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { claimReader, judge, readQuestion, type Question } from './question.js';
import { limitGuessesAbout, refusedGuesses } from './guesses.js';
import type { VerifyInput, VerifyResult } from './verify.types.js';

/** The whole record, to judge claims by. */
type Person = FoundRecord & Pick<Released, 'consentIds'>;
type FoundRecord = SourceRecord & Pick<SourceResult, 'answered'>;

/**
 * @throws Forbidden when the agreement does not cover the operation, the identifiers or a claimed field
 * @throws RequestInvalid for an unknown claim or a value that cannot be one
 */
export async function verify(
  services: Services,
  { sender, call }: PartnerCall,
  question: VerifyInput,
  operation: Operation = 'VERIFY',
): Promise<VerifyResult> {
  const definition = definitionOf(services, question.registry);
  const gate = decideGate({ sender, definition, operation, now: call.receivedAt });
  if (!gate.allowed) throw forbiddenBy(gate);
  await call.admit({ operation, items: 1 });
  const recordType = definition.recordTypes[0];
  if (recordType === undefined) throw new RequestInvalid('registry: it has no record types');
  const grant = decideItem(gate.agreements, definition, { recordType, purpose: question.purpose });
  if (!grant.allowed) throw forbiddenBy(grant);
  const { person, verified } = await verifyPerson(services, sender, grant, [question], call.receivedAt);
  const result: VerifyResult = {
    transactionId: question.transactionId,
    correlationId: call.correlationId,
    status: 'SUCCEEDED',
    found: person !== undefined,
    verified,
  };
  await call.settle({
    operation,
    registry: definition.registry,
    transactionId: question.transactionId,
    status: 'SUCCEEDED',
    accessDecision: {
      ...summarizeDecision(grant),
      asked: Object.keys(question.claims),
      ...(person?.answered && { source: person.answered }),
    },
    recordIds: person === undefined ? [] : [person.id],
    consentIds: person?.consentIds,
    itemCount: 1,
    itemsDone: 1,
    recordCount: 0,
    result,
  });
  return result;
}

export interface Verified {
  /** Undefined where nobody, or several, are named. */
  person: Person | undefined;
  verified: Record<string, boolean | null>;
}

/** @throws as `verify` */
async function verifyPerson(...given: Parameters<typeof verifyPersons>): Promise<Verified> {
  const [outcome] = await verifyPersons(...given);
  if (outcome === undefined || outcome instanceof ProtocolError) throw outcome;
  return outcome;
}

/** Judges claims about one person each; persons are found together, and what is wrong with a question refuses it alone. */
export async function verifyPersons(
  services: Services,
  sender: KnownSender,
  grant: Grant,
  questions: Pick<VerifyInput, 'identifiers' | 'claims'>[],
  now: Date,
): Promise<(Verified | ProtocolError)[]> {
  const readClaim = claimReader(grant, now);
  const asked = questions.map((question) => refusalOr(() => readQuestion(grant, question, readClaim)));
  const found = await findPersons(services, grant, asked);
  const refused = await limitQuestions(services, { sender, grant }, asked, found);
  return asked.map((question, index) => {
    if (question instanceof ProtocolError) return question;
    const refusal = refused.get(question);
    if (refusal !== undefined) return refusal;
    const person = found[index];
    if (person === undefined) return { person, verified: {} };
    const verified = Object.fromEntries(question.claims.map((claim) => [claim.key, judge(grant, claim, person)]));
    return { person, verified };
  });
}

/** The one person that all identifiers name and the agreement (consent, row filter) lets this sender ask about. */
async function findPersons(
  services: Services,
  grant: Grant,
  questions: (Question | ProtocolError)[],
): Promise<(Person | undefined)[]> {
  const records = await findRecords(services, grant, questions);
  const pairs = questions.map((question) => ({ question, record: records.get(question) }));
  // Those that speak about the same are released together.
  const alike = Map.groupBy(pairs, ({ question }) => ('about' in question ? JSON.stringify(question.about) : ''));
  const released = new Map<(typeof pairs)[number], Person>();
  for (const group of alike.values()) {
    const about = group.flatMap(({ question }) => ('about' in question ? [question.about] : []))[0] ?? [];
    const whole = new Map(group.flatMap(({ record }) => (record === undefined ? [] : [[record.id, record] as const])));
    const out = await consented(services.database, grant, [...whole.values()], about);
    const consents = new Map(out.map(({ id, consentIds }) => [id, consentIds]));
    for (const pair of group) {
      const consentIds = pair.record && consents.get(pair.record.id);
      if (pair.record !== undefined && consentIds !== undefined) released.set(pair, { ...pair.record, consentIds });
    }
  }
  return pairs.map((pair) => released.get(pair));
}

async function findRecords(
  { source }: Services,
  grant: Grant,
  questions: (Question | ProtocolError)[],
): Promise<Map<Question | ProtocolError, FoundRecord>> {
  const asked = questions.filter((one): one is Question => !(one instanceof ProtocolError) && namesOne(grant, one));
  // One alone is looked up together with other callers' questions, which read whole records.
  const members = asked.length > 1 ? membersAbout(asked) : undefined;
  const results = await source.searchEach(
    asked.map(({ named, about }) => {
      const [only] = named;
      const criteria = named.length === 1 && only !== undefined ? only : { and: named };
      return askUnder(grant, { criteria, page: { size: 2, number: 1 }, about, members });
    }),
  );
  const found = new Map<Question | ProtocolError, FoundRecord>();
  results.forEach(({ records, answered }, index) => {
    const [question, record] = [asked[index], records[0]];
    if (question !== undefined && record !== undefined && records.length === 1)
      found.set(question, { ...record, ...(answered && { answered }) });
  });
  return found;
}

const membersAbout = (questions: Question[]): string[] => [
  ...new Set(questions.flatMap(({ about }) => about.map((path) => path.split('.', 1)[0] ?? path))),
];

/** A number that others share names nobody, also where only one of them is registered. */
function namesOne({ recordType }: Grant, { named }: Question): boolean {
  const identifiers = named.flatMap((part) => ('identifier' in part ? [part.identifier] : []));
  return identifyingOf(recordType, { identifiers }).length > 0;
}

async function limitQuestions(
  services: Services,
  { sender, grant }: { sender: KnownSender; grant: Grant },
  questions: (Question | ProtocolError)[],
  found: (Person | undefined)[],
): Promise<Map<Question, ProtocolError>> {
  const refused = new Map<Question, ProtocolError>();
  const pairs = questions.flatMap((question, index) =>
    question instanceof ProtocolError
      ? []
      : // What names somebody twice claims that the two belong together.
        [{ question, person: found[index], claims: question.claims.length + question.named.length - 1 }],
  );
  const guesses = pairs.flatMap(({ person, ...guess }) =>
    person === undefined ? [] : [{ ...guess, recordId: person.id }],
  );
  const refusals = await refusedGuesses(services.limiter, sender.senderId, guesses);
  guesses.forEach(({ question }, index) => {
    const refusal = refusals[index];
    if (refusal !== undefined) refused.set(question, refusal);
  });
  for (const { question, person, claims } of pairs) {
    if (person !== undefined || question.named.length < 2) continue;
    try {
      await limitGuessesAbout(services, { sender, grant }, question.named, claims);
    } catch (error) {
      refused.set(question, refusalIn(error));
    }
  }
  return refused;
}

function refusalOr<T>(read: () => T): T | ProtocolError {
  try {
    return read();
  } catch (error) {
    return refusalIn(error);
  }
}

/** @throws what is a fault of ours */
function refusalIn(error: unknown): ProtocolError {
  if (error instanceof ProtocolError && error.status < 500) return error;
  throw error;
}
