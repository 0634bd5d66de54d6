/** What consents is asked and answers, whoever asks. */
import type { IdentifierInput } from '../records/record.types.js';
import type { Registry } from '../../protocol/vocabulary.js';

export interface GrantConsentInput {
  registry: Registry;
  identifier: IdentifierInput;
  senderId?: string | null;
  organizationKind?: string | null;
  purposes?: string[] | null;
  fields: string[];
  validFrom?: Date | null;
  validUntil?: Date | null;
  evidence?: string | null;
}

export interface RegisterConsentControllerInput {
  name: string;
  issuer: string;
  jwksUrl?: string | null;
  jwks?: Record<string, unknown> | null;
  registries: Registry[];
  receiptStatusUrl?: string | null;
  presenter?: string | null;
}

/** What is left out stays. */
export interface UpdateConsentControllerInput {
  name?: string | null;
  jwksUrl?: string | null;
  jwks?: Record<string, unknown> | null;
  registries?: Registry[] | null;
  receiptStatusUrl?: string | null;
  presenter?: string | null;
}
