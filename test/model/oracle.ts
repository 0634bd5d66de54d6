/**
 * A second reading of the access rules, in plain lines: what one sender may have of one world. It is written from
 * docs/contract.md, docs/protocol.md and docs/decisions, and shares no code with `src/access` and `src/sources`, so that
 * a fault would have to be made twice.
 */
import { at, get, KINDS, type Kind } from './kinds.js';
import type { Agreement, Consent, Data, Held, Identifier, Sender, World } from './world.js';

export interface Question {
  sender: string;
  registry: string;
  recordType: string;
  operation: string;
  purpose: string | null;
  /** Of the token; null = it has none, and may do all that is agreed. */
  scope?: string | null;
  /** All must hold. */
  where: { path: string; value: string }[];
}

/** What must come back: the records as they may be seen, or a refusal, which tells nothing. */
export type Verdict = { refused: true } | { refused: false; records: Data[]; total: number; who: string[] };

export const REFUSED: Verdict = { refused: true };

/** Whether `fields` cover a path: everything, the path itself, or a branch above it. */
export const covers = (fields: string[], path: string): boolean =>
  fields.some((field) => field === '*' || field === path || path.startsWith(`${field}.`));

/** The agreement on which a sender may ask. Contract, GraphQL: without one for registry, operation and time it gets nothing. */
export function agreementFor(world: World, question: Omit<Question, 'where'>): Agreement | undefined {
  const sender = senderOf(world, question.sender);
  if (sender === undefined || sender.suspended || !isInScope(question)) return undefined;
  return world.agreements.find(
    (agreement) =>
      agreement.sender === sender.id &&
      agreement.registry === question.registry &&
      !agreement.ended &&
      !agreement.expired &&
      agreement.operations.includes(question.operation) &&
      (agreement.purposes === null || (question.purpose !== null && agreement.purposes.includes(question.purpose))),
  );
}

/** Protocol 6.1: `registry.search`, or narrower `registry.social.search`. */
function isInScope({ scope, registry, operation }: Omit<Question, 'where'>): boolean {
  if (scope == null) return true;
  const [, ...rest] = scope.split('.');
  const action = rest.pop();
  const [only = registry] = rest;
  return only.toLowerCase() === registry.toLowerCase() && (operation === 'VERIFY' ? 'verify' : 'search') === action;
}

/** Who has a number in a registry. */
export const holdersOf = (world: World, registry: string, number: string): Held[] =>
  [...world.records.values()].filter(
    (held) =>
      held.registry === registry && held.identifiers.some(({ identifier_value }) => identifier_value === number),
  );

/** Decision 0003: a consent is of the record it was given for, and not of another that has the number now. */
function isOfAnother(world: World, { registry, identifier, givenFor }: Consent): boolean {
  const holders = holdersOf(world, registry, identifier);
  return givenFor.size > 0 && holders.length > 0 && !holders.some(({ record = 0 }) => givenFor.has(record));
}

/** Decision 0003: a consent without purposes covers every purpose, a message without a purpose meets only those. */
export function consentsFor(world: World, who: Identifier[], question: Omit<Question, 'where'>): Consent[] {
  const sender = senderOf(world, question.sender);
  return world.consents.filter(
    (consent) =>
      !consent.revoked &&
      !isOfAnother(world, consent) &&
      consent.registry === question.registry &&
      who.some(({ identifier_value }) => identifier_value === consent.identifier) &&
      (consent.sender === question.sender || (consent.sender === null && consent.organizationKind === sender?.kind)) &&
      (consent.purposes === null || (question.purpose !== null && consent.purposes.includes(question.purpose))),
  );
}

const senderOf = (world: World, id: string): Sender | undefined => world.senders.find((sender) => sender.id === id);

/** Fields that persons let out by their consents; null = none of them consented. */
function consented(world: World, held: Held, question: Omit<Question, 'where'>): string[] | null {
  const consents = consentsFor(world, held.identifiers, question);
  return consents.length === 0
    ? null
    : inTermsOf(
        held,
        consents.flatMap(({ fields }) => fields),
      );
}

const kindOf = ({ registry, recordType }: Pick<Held, 'registry' | 'recordType'>): Kind | undefined =>
  KINDS.find((kind) => kind.registry === registry && kind.recordType === recordType);

export const identifierPath = (held: Pick<Held, 'registry' | 'recordType'>): string =>
  kindOf(held)?.identifiers ?? 'group_identifier';

/** Contract, GraphQL: `identifier` in a list of fields means the record's identifiers, wherever it keeps them. */
const inTermsOf = (type: Pick<Held, 'registry' | 'recordType'>, fields: string[]): string[] =>
  fields.flatMap((field) => (field === 'identifier' ? [field, identifierPath(type)] : [field]));

/** Whether a record is inside the rows of an agreement. */
function inRow(agreement: Agreement, held: Held): boolean {
  const kind = kindOf(held);
  return agreement.row === null || (kind !== undefined && get(held.data, at(kind.person, 'sex')) === agreement.row);
}

/** Whether a record answers the question by what may be compared. */
function matches(held: Held, { path, value }: Question['where'][number]): boolean {
  if (path === identifierPath(held)) return held.identifiers.some(({ identifier_value }) => identifier_value === value);
  return get(held.data, path) === value;
}

/** What a search answers. */
export function search(world: World, question: Question): Verdict {
  const agreement = agreementFor(world, question);
  if (agreement === undefined) return REFUSED;
  // Rows by an attribute that a record type does not have let nothing of it be asked.
  if (agreement.row !== null && kindOf(question) === undefined) return REFUSED;
  const allowed = inTermsOf(question, agreement.fields);
  if (!question.where.every(({ path }) => covers(allowed, path))) return REFUSED;
  const found = [...world.records.values()].filter((held) => isFound(world, agreement, question, held));
  const byIdentifier = question.where.every(({ path }) => path === identifierPath(question));
  const { suppressBelow: few = 0, dialect } = senderOf(world, question.sender) ?? {};
  // docs/partners/consent-manager.md: its senders are told that a consent is missing; others find nobody.
  if (dialect === 'OPENG2P' && agreement.requiresConsent && found.length === 0) return REFUSED;
  if (!byIdentifier && found.length < few) return { refused: false, records: [], total: 0, who: [] };
  const records = found.map((held) => release(world, agreement, question, held));
  const who = found.flatMap((held) => personsIn(world, agreement, question, held));
  return { refused: false, records, total: found.length, who };
}

/** Decision 0003: consent is part of the question, and what it compares must be consented to. */
function isFound(world: World, agreement: Agreement, question: Question, held: Held): boolean {
  if (held.registry !== question.registry || held.recordType !== question.recordType) return false;
  if (!inRow(agreement, held) || !question.where.every((condition) => matches(held, condition))) return false;
  if (!agreement.requiresConsent) return true;
  const fields = consented(world, held, question);
  // Whoever is named by an identifier is found by any consent; what else is compared must be consented to.
  const named = identifierPath(held);
  return fields !== null && question.where.every(({ path }) => path === named || covers(fields, path));
}

/** Whom a record that leaves tells of, by their first identifier: its own person or household, and everybody inside it. */
export function personsIn(world: World, agreement: Agreement, question: Omit<Question, 'where'>, held: Held): string[] {
  const { member_list: members = [] } = release(world, agreement, question, held) as { member_list?: Data[] };
  const listed = (held.data['member_list'] ?? []) as Data[];
  const inside = listed.filter((member) => members.some((seen) => isPartOf(seen, member)));
  const ofMembers = inside.map((member) => (member['member_identifier'] as Identifier[])[0]);
  return [held.identifiers[0], ...ofMembers].map((identifier) => identifier?.identifier_value ?? '');
}

/** Whether what was seen is a part of somebody. */
function isPartOf(seen: unknown, whole: unknown): boolean {
  if (typeof seen !== 'object' || seen === null) return seen === whole;
  return Object.entries(seen).every(([name, each]) => isPartOf(each, (whole as Data)[name]));
}

/** What of a record may leave: fields of the agreement and of the consent, and everybody inside for themselves. */
export function release(world: World, agreement: Agreement, question: Omit<Question, 'where'>, held: Held): Data {
  const own = agreement.requiresConsent ? (consented(world, held, question) ?? []) : ['*'];
  const allowed = inTermsOf(held, agreement.fields);
  const seen = (prune(held.data, '', [allowed, own]) ?? {}) as Data;
  if (!agreement.requiresConsent || !Array.isArray(held.data['member_list']) || seen['member_list'] === undefined)
    return seen;
  const members = (held.data['member_list'] as Data[]).map((member) => {
    const identifiers = member['member_identifier'] as Identifier[];
    const consents = consentsFor(world, identifiers, question).flatMap(({ fields }) => fields);
    // A person's consent speaks of the person: its `name` is the member's.
    const inside = consents.flatMap((field) =>
      field === '*' ? ['*'] : [`member_list.demographic_info.${field}`, `member_list.${field}`, asMember(field)],
    );
    return prune(member, 'member_list', [allowed, own, inside]);
  });
  const left = members.filter((member) => member !== undefined);
  const { member_list: _, ...rest } = seen;
  return left.length === 0 ? rest : { ...rest, member_list: left };
}

const asMember = (field: string): string =>
  field === 'identifier' ? 'member_list.member_identifier' : `member_list.${field}`;

/** A tree without the leaves that one of the lists of fields does not cover, and without what became empty. */
export function prune(value: unknown, path: string, lists: string[][]): unknown {
  if (lists.every((fields) => covers(fields, path))) return value;
  if (Array.isArray(value)) {
    const kept = value.map((each) => prune(each, path, lists)).filter((each) => each !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const kept = Object.entries(value)
    .map(([name, each]) => [name, prune(each, at(path, name), lists)] as const)
    .filter(([, each]) => each !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export type Claims = Record<string, string>;
export type Verified = { refused: true } | { refused: false; found: boolean; verified: Record<string, boolean> };

/** What the short form's `verify` answers about whom a UIN names. */
export function verify(world: World, question: Question, claims: Claims): Verified {
  const agreement = agreementFor(world, question);
  const paths = [...question.where.map(({ path }) => path), ...Object.keys(claims)];
  if (agreement === undefined || !paths.every((path) => covers(inTermsOf(question, agreement.fields), path)))
    return { refused: true };
  const [held, ...others] = [...world.records.values()].filter((each) => isFound(world, agreement, question, each));
  const fields = held && agreement.requiresConsent ? (consented(world, held, question) ?? []) : ['*'];
  if (held === undefined || others.length > 0 || !Object.keys(claims).every((path) => covers(fields, path)))
    return { refused: false, found: false, verified: {} };
  const verified = Object.entries(claims).map(([path, value]) => [path, get(held.data, path) === value] as const);
  return { refused: false, found: true, verified: Object.fromEntries(verified) };
}

/** What a subscriber is told of a version, judged when it is sent; null = nothing. Decision 0001. */
export function notification(
  world: World,
  { sender, event, purpose }: { sender: string; event: string; purpose: string | null },
  held: Held,
): Data | null {
  const { registry, recordType } = held;
  const question = { sender, registry, recordType, operation: 'SUBSCRIBE', purpose };
  const agreement = agreementFor(world, question);
  if (agreement === undefined || !inRow(agreement, held)) return null;
  if (agreement.requiresConsent && consented(world, held, question) === null) return null;
  const seen = release(world, agreement, question, held);
  const told = event === 'DELETE' ? prune(seen, '', [[identifierPath(held)]]) : seen;
  // A message that would show nothing is not sent.
  return told === undefined || Object.keys(told as Data).length === 0 ? null : (told as Data);
}
