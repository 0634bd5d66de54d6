/** What agreements is asked and answers, whoever asks. */
import type { LegalBasis } from '../../protocol/vocabulary.js';
import type { Operation } from '../../protocol/vocabulary.js';
import type { Registry } from '../../protocol/vocabulary.js';

export interface UpdateAgreementInput {
  operations?: Operation[];
  recordTypes?: string[] | null;
  fields?: string[];
  searchableAttributes?: string[] | null;
  purposes?: string[] | null;
  legalBasis?: LegalBasis;
  requiresConsent?: boolean;
  rowFilter?: Record<string, unknown> | null;
  validFrom?: Date;
  validUntil?: Date | null;
}

export interface CreateAgreementInput {
  senderId: string;
  registry: Registry;
  operations: Operation[];
  recordTypes?: string[];
  fields: string[];
  searchableAttributes?: string[];
  purposes?: string[];
  legalBasis: LegalBasis;
  requiresConsent?: boolean | null;
  rowFilter?: Record<string, unknown>;
  validFrom?: Date;
  validUntil?: Date;
}
