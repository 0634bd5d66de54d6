/** What a made-up world consists of: senders, their rights, the people and what the gateway holds of them, as plain data. */
import type { Dialect } from './speech.js';

export interface Sender {
  id: string;
  kind: string;
  suspended: boolean;
  /** Attribute searches with fewer hits are told as none. */
  suppressBelow: number;
  dialect: Dialect;
}

export interface Agreement {
  id: string;
  sender: string;
  registry: string;
  operations: string[];
  fields: string[];
  purposes: string[] | null;
  requiresConsent: boolean;
  /** Only records with this sex. */
  row: string | null;
  ended: boolean;
  /** Its time is over. */
  expired: boolean;
}

export interface Consent {
  id: string;
  registry: string;
  /** Value of a UIN, or of a household's number. */
  identifier: string;
  sender: string | null;
  organizationKind: string | null;
  fields: string[];
  purposes: string[] | null;
  revoked: boolean;
  /** Of which records it is: those that had its number when it was given, or the first that got it. */
  givenFor: Set<number>;
}

export interface Identifier {
  identifier_type: string;
  identifier_value: string;
}

/** One version of what is held of somebody, in the dictionary's form. */
export interface Held {
  registry: string;
  recordType: string;
  identifiers: Identifier[];
  data: Data;
  /** Which record it is a version of: one that was deleted and made anew is another. */
  record?: number;
}

export type Data = { [key: string]: unknown };

export interface World {
  senders: Sender[];
  agreements: Agreement[];
  consents: Consent[];
  /** By registry, record type and first identifier. */
  records: Map<string, Held>;
}

export const keyOf = ({ registry, recordType, identifiers }: Held): string =>
  `${registry} ${recordType} ${identifiers[0]?.identifier_value}`;
