/** Verify: yes or no per claim about one person; no record leaves. */
import { decideGate, decideItem, forbiddenBy, summarizeDecision, type Grant } from '../../access/decide-access.js';
import { askUnder, consented, type Released } from '../../access/release.js';
import type { KnownSender } from '../../access/sender-directory.js';
import { ProtocolError, RequestInvalid } from '../../protocol/errors.js';
import { attributesIn } from '../../protocol/query/criteria-walk.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { identifyingOf } from '../../protocol/registries/records/identifying.js';
import type { SourceRecord, SourceResult } from '../../sources/registry-source.js';
import type { Operation } from '../../protocol/vocabulary.js';
import { judgedAt, type PartnerCall } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { judge, questionReader, type Question } from './question.js';
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
  const now = judgedAt(services, call);
  const gate = decideGate({ sender, definition, operation, now });
  if (!gate.allowed) throw forbiddenBy(gate);
  await call.admit({ operation, items: 1 });
  const recordType = definition.recordTypes[0];
  if (recordType === undefined) throw new RequestInvalid('registry: it has no record types');
  const grant = decideItem(gate.agreements, definition, { recordType, purpose: question.purpose });
  if (!grant.allowed) throw forbiddenBy(grant);
  const { person, verified } = await verifyPerson(services, sender, grant, [question], now);
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
  const read = questionReader(grant, now);
  const asked = questions.map((question) => refusalOr(() => read(question)));
  const understood = asked.filter((one): one is Question => !(one instanceof ProtocolError));
  const found = await findPersons(services, grant, understood);
  const refused = await limitQuestions(services, { sender, grant }, understood, found);
  return asked.map((question) => {
    if (question instanceof ProtocolError) return question;
    const refusal = refused.get(question);
    if (refusal !== undefined) return refusal;
    const person = found.get(question);
    if (person === undefined) return { person, verified: {} };
    const verified: Verified['verified'] = {};
    for (const claim of question.claims) verified[claim.key] = judge(grant, claim, person);
    return { person, verified };
  });
}

/** The one person that all identifiers name and the agreement (consent, row filter) lets this sender ask about. */
async function findPersons(services: Services, grant: Grant, questions: Question[]): Promise<Map<Question, Person>> {
  const persons = new Map<Question, Person>();
  for (const group of askedAlike(grant, questions)) {
    const about = [...new Set(group.flatMap((question) => question.about))];
    const found = await findRecords(services, grant, group, about);
    const records = new Map([...found.values()].map((record) => [record.id, record] as const));
    const released = await consented(services.database, grant, [...records.values()], about);
    const consents = new Map(released.map(({ id, consentIds }) => [id, consentIds]));
    for (const [question, record] of found) {
      const consentIds = consents.get(record.id);
      if (consentIds !== undefined) persons.set(question, { ...record, consentIds });
    }
  }
  return persons;
}

/** All that name one; where consent decides, which looks at what is asked and by what, those that ask the same. */
function askedAlike(grant: Grant, questions: Question[]): Iterable<Question[]> {
  const asked = questions.filter((question) => namesOne(grant, question));
  if (!grant.agreement.requiresConsent) return asked.length === 0 ? [] : [asked];
  const paths = ({ about, named }: Question) => JSON.stringify([about, named.flatMap((one) => [...attributesIn(one)])]);
  return Map.groupBy(asked, paths).values();
}

/** @param about what they speak about, all together */
async function findRecords(
  { source }: Services,
  grant: Grant,
  asked: Question[],
  about: string[],
): Promise<Map<Question, FoundRecord>> {
  const criteria = asked.map(({ named }): Criteria => {
    const [only] = named;
    return named.length === 1 && only !== undefined ? only : { and: named };
  });
  // What says whom a record is about is read too.
  const read = [...about, ...(grant.recordType.otherwise === undefined ? [] : [grant.recordType.otherwise.unless])];
  // One alone is looked up together with other callers' questions, which read whole records.
  const members = asked.length > 1 ? [...new Set(read.map((path) => path.split('.', 1)[0] ?? path))] : undefined;
  const page = { size: 2, number: 1 };
  const question = askUnder(grant, { criteria: criteria[0] ?? { and: [] }, page, about, members });
  const results = await source.searchEach(criteria.map((one) => ({ ...question, criteria: one })));
  const found = new Map<Question, FoundRecord>();
  results.forEach(({ records, answered }, index) => {
    const [one, record] = [asked[index], records[0]];
    if (one !== undefined && record !== undefined && records.length === 1 && namesOne(grant, one, record.data))
      found.set(one, answered === undefined ? record : { ...record, answered });
  });
  return found;
}

/**
 * A number that others share names nobody, also where only one of them is registered.
 *
 * @param data of the record that was found by it: a household's number names the household, and none of its members
 */
function namesOne({ recordType }: Grant, { named }: Question, data?: SourceRecord['data']): boolean {
  const identifiers = named.flatMap((part) => ('identifier' in part ? [part.identifier] : []));
  return identifyingOf(recordType, { identifiers, ...(data && { data }) }).length > 0;
}

async function limitQuestions(
  services: Services,
  { sender, grant }: { sender: KnownSender; grant: Grant },
  questions: Question[],
  found: Map<Question, Person>,
): Promise<Map<Question, ProtocolError>> {
  const refused = new Map<Question, ProtocolError>();
  // What names somebody twice claims that the two belong together.
  const claimsIn = ({ claims, named }: Question): number => claims.length + named.length - 1;
  const guesses = questions.flatMap((question) => {
    const person = found.get(question);
    return person === undefined ? [] : [{ question, recordId: person.id, claims: claimsIn(question) }];
  });
  const refusals = await refusedGuesses(services.limiter, sender.senderId, guesses);
  guesses.forEach(({ question }, index) => {
    const refusal = refusals[index];
    if (refusal !== undefined) refused.set(question, refusal);
  });
  for (const question of questions) {
    if (question.named.length < 2 || found.has(question)) continue;
    try {
      await limitGuessesAbout(services, { sender, grant }, question.named, claimsIn(question));
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
