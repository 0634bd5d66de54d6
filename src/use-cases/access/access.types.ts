/** What access is asked and answers, whoever asks. */
import type { Consent } from '../../entities/agreements/consent.entity.js';
import type { Agreement } from '../../entities/agreements/agreement.entity.js';
import type { Operation } from '../../protocol/vocabulary.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { LegalBasis } from '../../protocol/vocabulary.js';

export interface PersonReading {
  id: string;
  at: Date;
  actor: string;
  role: string;
  action: string;
  reason: string | null;
  fields: string[] | null;
  inside: boolean;
}

export interface Disclosure {
  id: string;
  at: Date;
  senderId: string;
  senderName: string | null;
  kind: string;
  inside: boolean;
  legalBasis: LegalBasis | null;
  requiredConsent: boolean | null;
  purpose: string | null;
  agreementId: string | null;
  agreementVersion: number | null;
  fields: string[] | null;
}

export interface AccessReport {
  disclosures: Disclosure[];
  readings: PersonReading[];
  complete: boolean;
}

export interface FieldExplanation {
  path: string;
  recorded: boolean;
  released: boolean;
  searchable: boolean;
  reason: string;
}

export interface AccessStep {
  passed: boolean;
  reason: string;
  explanation: string;
}

export interface AccessExplanation {
  senderId: string;
  registry: Registry;
  operation: Operation;
  recordType: string;
  purpose?: string;
  released: boolean;
  found: boolean;
  steps: AccessStep[];
  agreement?: Agreement;
  consents: Consent[];
  identifiable: boolean;
  membersReleased: number;
  membersLeftOut: number;
  fields: FieldExplanation[];
}
