/** Everything a request needs of its sender, in one read. */
import type {
  Dialect,
  JwsForm,
  LegalBasis,
  Operation,
  RecordsAs,
  Registry,
  SignaturePolicy,
  SignatureProfile,
} from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';
import type { KeyUse, SenderState } from '../database/enums.js';

export interface SenderProfile {
  id: string;
  senderId: string;
  name: string;
  state: SenderState;
  organizationKind: string | null;
  allowedOperations: Operation[];
  registries: Registry[];
  callbackHosts: string[];
  notifyUri: string | null;
  jwksUrl: string | null;
  jwksFetchedAt: string | null;
  signatureProfile: SignatureProfile;
  signaturePolicy: SignaturePolicy;
  sandbox: boolean;
  autoApproveSubscriptions: boolean;
  rateLimitPerMinute: number;
  rateLimitPerDay: number | null;
  encryptReplies: boolean;
  recordsAs: RecordsAs;
  dialect: Dialect;
  jwsForm: JwsForm;
  receiverAliases: string[];
  suppressCountsBelow: number;
  clientId: string;
  clientSecretHash: string;
  /** SHA-256 of client certificates, colon hex as `openssl x509 -fingerprint -sha256` prints it. */
  tlsThumbprints: string[];
  /** Distinguished name of its client certificates. */
  tlsSubject: string | null;
  keys: { kid: string; use: KeyUse; algorithm: string; publicJwk: Record<string, unknown> }[];
  agreements: AgreementTerms[];
}

export interface AgreementTerms {
  id: string;
  version: number;
  registry: Registry;
  operations: Operation[];
  recordTypes: string[] | null;
  fields: string[];
  searchableAttributes: string[] | null;
  purposes: string[] | null;
  legalBasis: LegalBasis;
  /** True as well where the legal basis is consent, whatever is stored. */
  requiresConsent: boolean;
  rowFilter: Record<string, unknown> | null;
  validFrom: string;
  validUntil: string | null;
  /** With whom it was made; consents name one of the two. */
  grantee: Grantee;
}

export interface Grantee {
  senderId: string;
  organizationKind: string | null;
  suppressCountsBelow: number;
}

const PROFILE = `
select json_build_object(
  'id', s.id, 'senderId', s.sender_id, 'name', s.name, 'state', s.state, 'organizationKind', s.organization_kind,
  'allowedOperations', s.allowed_operations, 'registries', s.registries, 'callbackHosts', s.callback_hosts,
  'notifyUri', s.notify_uri, 'jwksUrl', s.jwks_url, 'jwksFetchedAt', s.jwks_fetched_at,
  'signatureProfile', s.signature_profile, 'signaturePolicy', s.signature_policy, 'sandbox', s.sandbox,
  'autoApproveSubscriptions', s.auto_approve_subscriptions, 'rateLimitPerMinute', s.rate_limit_per_minute,
  'rateLimitPerDay', s.rate_limit_per_day, 'encryptReplies', s.encrypt_replies, 'recordsAs', s.records_as,
  'dialect', s.dialect, 'jwsForm', s.jws_form, 'receiverAliases', s.receiver_aliases,
  'suppressCountsBelow', s.suppress_counts_below, 'clientId', s.client_id, 'clientSecretHash', s.client_secret_hash,
  'tlsThumbprints', s.tls_thumbprints, 'tlsSubject', s.tls_subject,
  'keys', coalesce((select json_agg(json_build_object('kid', k.kid, 'use', k.use, 'algorithm', k.algorithm,
      'publicJwk', k.public_jwk) order by k.id desc)
    from sender_key k where k.sender_id = s.id and k.revoked_at is null), '[]'),
  'agreements', coalesce((select json_agg(json_build_object('id', a.id, 'version', a.version, 'registry', a.registry,
      'operations', a.operations, 'recordTypes', a.record_types, 'fields', a.fields,
      'searchableAttributes', a.searchable_attributes, 'purposes', a.purposes, 'legalBasis', a.legal_basis,
      'requiresConsent', a.requires_consent or a.legal_basis = 'CONSENT', 'rowFilter', a.row_filter, 'validFrom', a.valid_from,
      'validUntil', a.valid_until,
      'grantee', json_build_object('senderId', s.sender_id, 'organizationKind', s.organization_kind,
        'suppressCountsBelow', s.suppress_counts_below)) order by a.id)
    from agreement a where a.sender_id = s.id and a.state = 'ACTIVE'), '[]')
) as profile
from sender s`;

export async function loadSender(
  sql: Sql,
  by: 'sender_id' | 'client_id',
  value: string,
): Promise<SenderProfile | undefined> {
  const rows = await sql.query<{ profile: SenderProfile }>(`${PROFILE} where s.${by} = $1`, [value], `sender-by-${by}`);
  return rows[0]?.profile;
}

/** What OpenG2P calls a partner in consents; ids that differ by case, - and _ alone have one between them. */
export const REFERENCE = 'PARTNER_';
const referenceOf = (id: string): string => `'${REFERENCE}' || upper(replace(${id} collate "C", '-', '_'))`;

/** Ids of two senders at most. */
export async function sendersReferredTo(sql: Sql, reference: string): Promise<string[]> {
  const rows = await sql.query<{ senderId: string }>(
    `select sender_id as "senderId" from sender where ${referenceOf('sender_id')} = $1 limit 2`,
    [reference],
  );
  return rows.map(({ senderId }) => senderId);
}

/** A sender that a consent could name as it would name the one of this id. */
export async function findAlike(sql: Sql, senderId: string): Promise<string | undefined> {
  const reference = referenceOf('$1::text');
  const [row] = await sql.query<{ senderId: string }>(
    `select sender_id as "senderId" from sender
     where sender_id = ${reference} or ${referenceOf('sender_id')} in ($1, ${reference}) limit 1`,
    [senderId],
  );
  return row?.senderId;
}
