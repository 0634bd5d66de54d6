/** What access is asked and answers, whoever asks. */
import type { Consent } from '../../entities/agreements/consent.entity.js';
import type { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
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

/** The registry's own record of a consent, or one that came with the message. */
export type ConsentBy = 'RECORD' | 'MESSAGE';

export interface UsedConsent {
  controllerId: string | null;
  jti: string;
  scopes: string[];
  until: Date;
}

/** What was answered; not recorded, or kept no more. */
export const TOLD_ANSWERS = ['YES', 'NO', 'NOT_RECORDED', 'NOT_KEPT'] as const;
export type ToldAnswer = (typeof TOLD_ANSWERS)[number];

export interface AnsweredQuestion {
  attribute: string;
  answer: ToldAnswer;
}

export interface Disclosure {
  id: string;
  at: Date;
  registry: Registry | null;
  senderId: string;
  senderName: string | null;
  kind: string;
  inside: boolean;
  legalBasis: LegalBasis | null;
  requiredConsent: boolean | null;
  consentBy: ConsentBy[];
  messageConsents: UsedConsent[];
  purpose: string | null;
  agreementId: string | null;
  agreementVersion: number | null;
  fields: string[] | null;
  questions: AnsweredQuestion[] | null;
}

export interface AccessReport {
  at: Date;
  registries: Registry[];
  notAsked: Registry[];
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
  consentBy: ConsentBy[];
  messageConsents: UsedConsent[];
  consentControllers: ConsentController[];
  identifiable: boolean;
  membersReleased: number;
  membersLeftOut: number;
  fields: FieldExplanation[];
}
