/**
 * What the audit keeps of an entity that an administrator changes, decided field by field: a new field does not compile until
 * it is. Left out is what is sealed, hashed or secret, and what may name persons: a filter, the evidence of a consent.
 */
import type { AdminAccount } from '../entities/admins/admin-account.entity.js';
import type { Agreement } from '../entities/agreements/agreement.entity.js';
import type { ConsentController } from '../entities/agreements/consent-controller.entity.js';
import type { Consent } from '../entities/agreements/consent.entity.js';
import type { Sender } from '../entities/senders/sender.entity.js';
import type { Subscription } from '../entities/subscriptions/subscription.entity.js';

type Kept<Entity> = Readonly<Record<keyof Entity, boolean>>;

interface Audited {
  AdminAccount: AdminAccount;
  Sender: Sender;
  Agreement: Agreement;
  Consent: Consent;
  ConsentController: ConsentController;
  Subscription: Subscription;
}

const KEPT: { [Name in keyof Audited]: Kept<Audited[Name]> } = {
  AdminAccount: {
    id: true,
    name: true,
    role: true,
    state: true,
    passwordHash: false,
    passwordDue: true,
    passwordUntil: true,
    totpSealed: false,
    totpConfirmed: true,
    totpStep: false,
    recoveryCodes: false,
    version: true,
    proposedBy: true,
    proposedVersion: true,
    createdBy: true,
    approvedBy: true,
    createdAt: true,
    signedInAt: false,
  },
  Sender: {
    id: true,
    senderId: true,
    name: true,
    state: true,
    suspendedReason: true,
    organizationKind: true,
    allowedOperations: true,
    registries: true,
    callbackHosts: true,
    notifyUri: true,
    jwksUrl: true,
    jwksFetchedAt: true,
    signatureProfile: true,
    signaturePolicy: true,
    sandbox: true,
    autoApproveSubscriptions: true,
    rateLimitPerMinute: true,
    rateLimitPerDay: true,
    encryptReplies: true,
    recordsAs: true,
    dialect: true,
    jwsForm: true,
    receiverAliases: true,
    suppressCountsBelow: true,
    legalBasis: true,
    notes: true,
    clientId: true,
    clientSecretHash: false,
    tlsThumbprints: true,
    tlsSubject: true,
    version: true,
    proposedBy: true,
    proposedVersion: true,
    createdBy: true,
    approvedBy: true,
    createdAt: true,
    updatedAt: true,
  },
  Agreement: {
    id: true,
    sender: true,
    registry: true,
    operations: true,
    recordTypes: true,
    fields: true,
    searchableAttributes: true,
    purposes: true,
    legalBasis: true,
    requiresConsent: true,
    rowFilter: true,
    validFrom: true,
    validUntil: true,
    state: true,
    version: true,
    proposedBy: true,
    proposedVersion: true,
    createdBy: true,
    approvedBy: true,
    createdAt: true,
    updatedAt: true,
    endedAt: true,
  },
  Consent: {
    id: true,
    registry: true,
    identifierType: true,
    identifierValue: false,
    senderId: true,
    organizationKind: true,
    purposes: true,
    fields: true,
    validFrom: true,
    validUntil: true,
    evidence: false,
    grantedBy: true,
    createdAt: true,
    revokedAt: true,
    revokedBy: true,
    numberPassedAt: true,
  },
  ConsentController: {
    id: true,
    name: true,
    issuer: true,
    jwksUrl: true,
    jwks: true,
    jwksFetchedAt: true,
    receiptStatusUrl: true,
    presenter: true,
    registries: true,
    createdBy: true,
    createdAt: true,
    revokedAt: true,
    revokedBy: true,
  },
  Subscription: {
    id: true,
    code: true,
    senderId: true,
    registry: true,
    eventType: true,
    eventTypeAsSent: true,
    recordType: true,
    recordTypeAsSent: true,
    queryType: true,
    filter: false,
    criteria: false,
    frequency: true,
    channel: true,
    target: true,
    replyUri: true,
    dedupeKey: false,
    state: true,
    stateReason: true,
    transactionId: true,
    referenceId: true,
    requestId: true,
    locale: true,
    authorize: false,
    sequence: true,
    activeSince: true,
    failingSince: true,
    expiresAt: true,
    approvedBy: true,
    createdAt: true,
    updatedAt: true,
    endedAt: true,
  },
};

/** The entity as its row in the audit has it. */
export function snapshot<Name extends keyof Audited>(name: Name, entity: Audited[Name]): Record<string, unknown> {
  const kept: Record<string, boolean> = KEPT[name];
  const fields = JSON.parse(JSON.stringify(entity)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(fields).filter(([field]) => kept[field] === true));
}

/** Of a row that an earlier version wrote, which may hold what is not kept any more. */
export function shownOf(targetType: string, fields: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries<Record<string, boolean>>(KEPT).find(([name]) => name === targetType)?.[1] ?? {};
  return Object.fromEntries(Object.entries(fields).filter(([field]) => kept[field] !== false));
}
