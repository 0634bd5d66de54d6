/** Which changes let a partner have more than before, field by field; every field of the inputs has its rule. */
import type { UpdateAgreementInput } from './agreements/agreement.types.js';
import type { UpdateSenderInput } from './senders/sender.types.js';

/** Whether the step from one value to the other widens; values as `snapshot` keeps them. */
type Rule = (before: unknown, after: unknown) => boolean;

const never: Rule = () => false;
const changed: Rule = (before, after) => JSON.stringify(before ?? null) !== JSON.stringify(after ?? null);
/** Clearing it narrows. */
const set: Rule = (before, after) => after != null && changed(before, after);
const turnedOn: Rule = (before, after) => before !== true && after === true;
const turnedOff: Rule = (before, after) => before === true && after !== true;
const lowered: Rule = (before, after) => String(before) !== String(after) && compare(after, before) < 0;
/** Null is no bound. */
const raised: Rule = (before, after) => before != null && (after == null || compare(after, before) > 0);
/** Null is all. */
const grown: Rule = (before, after) =>
  before != null && (after == null || !listed(after).every((one) => listed(before).includes(one)));
/** A branch covers what is below it. */
const pathsGrown: Rule = (before, after) =>
  !listed(after).every((path) =>
    listed(before).some(
      (known) => known === '*' || path === known || path.startsWith(`${known.replace(/\.\*$/, '')}.`),
    ),
  );

const listed = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
/** Numbers, or times as they are written. */
const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : Number(String(a) > String(b));

export const SENDER_RULES: Record<keyof UpdateSenderInput, Rule> = {
  name: never,
  notes: never,
  recordsAs: never,
  // Another form of the same: what is released follows from the agreement.
  dialect: never,
  jwsForm: never,
  receiverAliases: never,
  allowedOperations: grown,
  registries: grown,
  callbackHosts: grown,
  notifyUri: set,
  jwksUrl: set,
  signatureProfile: changed,
  signaturePolicy: changed,
  sandbox: turnedOn,
  autoApproveSubscriptions: turnedOn,
  rateLimitPerMinute: raised,
  rateLimitPerDay: raised,
  encryptReplies: turnedOff,
  suppressCountsBelow: lowered,
  // Consents may name the kind.
  organizationKind: set,
  tlsThumbprints: grown,
  tlsSubject: set,
  legalBasis: changed,
};

export const AGREEMENT_RULES: Record<keyof UpdateAgreementInput, Rule> = {
  operations: grown,
  recordTypes: grown,
  fields: pathsGrown,
  searchableAttributes: grown,
  purposes: grown,
  legalBasis: changed,
  requiresConsent: turnedOff,
  // Whether another filter lets out more is not decided here; a first one only narrows.
  rowFilter: (before, after) => before != null && changed(before, after),
  validFrom: lowered,
  validUntil: raised,
};

export const isWidened = (
  rules: Record<string, Rule>,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): boolean => Object.entries(rules).some(([field, widens]) => widens(before[field], after[field]));
