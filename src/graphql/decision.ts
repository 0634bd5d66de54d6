/**
 * An access decision as its reader may see it. A sender reads what it asked, under which agreement and what for. What else the
 * audit keeps of one would tell it of persons: how many its source had before consent, rows and small counts were looked at, or
 * that a number is somebody else's by now.
 */
import { isObject } from '../platform/plain-object.js';
import type { Context } from './context.js';

type Decision = Record<string, unknown>;

const OF_SENDER = new Set([
  'allowed',
  'reason',
  'explanation',
  'field',
  'agreementId',
  'agreementVersion',
  'legalBasis',
  'requiresConsent',
  'recordType',
  'purpose',
  'beside',
  'fields',
  'operation',
  'asked',
  'released',
]);
const OF_CONSENT = new Set(['jti', 'scopes', 'until']);

export function decisionFor({ principal }: Context, decision: Decision | null | undefined): Decision | null {
  if (decision == null) return null;
  return principal.kind === 'admin' ? decision : forSender(decision);
}

function forSender({ items, messageConsent, ...decision }: Decision): Decision {
  return {
    ...only(OF_SENDER, decision),
    ...(isObject(messageConsent) ? { messageConsent: only(OF_CONSENT, messageConsent) } : {}),
    ...(Array.isArray(items) ? { items: distinct((items as Decision[]).map(forSender)) } : {}),
  };
}

const only = (names: ReadonlySet<string>, of: Decision): Decision =>
  Object.fromEntries(Object.entries(of).filter(([name]) => names.has(name)));

/** Rows of a file are told once where they were decided alike: those that differ in what is left out are alike to a sender. */
const distinct = (decisions: Decision[]): Decision[] => [
  ...new Map(decisions.map((decision) => [JSON.stringify(decision), decision])).values(),
];
