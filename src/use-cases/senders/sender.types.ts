/** What senders is asked and answers, whoever asks. */
import type { LegalBasis } from '../../protocol/vocabulary.js';
import type { Dialect, JwsForm, RecordsAs } from '../../protocol/vocabulary.js';
import type { SignaturePolicy } from '../../protocol/vocabulary.js';
import type { SignatureProfile } from '../../protocol/vocabulary.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Operation } from '../../protocol/vocabulary.js';
import type { Sender } from '../../entities/senders/sender.entity.js';
import type { KeyUse } from '../../entities/database/enums.js';

export interface SenderKeyInput {
  kid: string;
  publicKeyPem?: string;
  jwk?: Record<string, unknown>;
  use?: KeyUse | null;
}

export interface UpdateSenderInput {
  name?: string;
  allowedOperations?: Operation[];
  registries?: Registry[];
  callbackHosts?: string[];
  notifyUri?: string | null;
  jwksUrl?: string | null;
  signatureProfile?: SignatureProfile;
  signaturePolicy?: SignaturePolicy;
  sandbox?: boolean;
  autoApproveSubscriptions?: boolean;
  rateLimitPerMinute?: number;
  rateLimitPerDay?: number | null;
  encryptReplies?: boolean;
  recordsAs?: RecordsAs;
  dialect?: Dialect;
  jwsForm?: JwsForm;
  receiverAliases?: string[];
  suppressCountsBelow?: number;
  organizationKind?: string | null;
  tlsThumbprints?: string[];
  tlsSubject?: string | null;
  legalBasis?: LegalBasis | null;
  notes?: string | null;
}

export interface CreateSenderPayload {
  sender: Sender;
  clientId: string;
  clientSecret: string;
}

export interface CreateSenderInput {
  senderId: string;
  name: string;
  allowedOperations: Operation[];
  registries: Registry[];
  callbackHosts?: string[];
  notifyUri?: string;
  jwksUrl?: string;
  signatureProfile?: SignatureProfile | null;
  signaturePolicy?: SignaturePolicy | null;
  sandbox?: boolean | null;
  autoApproveSubscriptions?: boolean | null;
  rateLimitPerMinute?: number | null;
  rateLimitPerDay?: number;
  encryptReplies?: boolean | null;
  recordsAs?: RecordsAs | null;
  dialect?: Dialect | null;
  jwsForm?: JwsForm | null;
  receiverAliases?: string[];
  suppressCountsBelow?: number | null;
  organizationKind?: string;
  tlsThumbprints?: string[];
  tlsSubject?: string;
  legalBasis?: LegalBasis;
  notes?: string;
}
