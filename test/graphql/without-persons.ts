/** Fields that an administrator may select and that tell of no person: ids, codes, texts of ours, settings, proofs. */
export const WITHOUT_PERSONS: Record<string, string> = {
  AdminAction: 'action actor after before id reason role targetId targetType',
  Agreement: 'approvedBy createdBy fields id proposedBy purposes recordTypes rowFilter searchableAttributes',
  AgreementVersion: 'author id terms',
  AuditHead: 'sealHash sealedAt',
  AuditProblemView: 'entryId message subject',
  AuditSeal: 'id kid merkleRoot previousHash sealHash signature signedText',
  CodeView: 'code label',
  Consent: 'fields grantedBy id identifierType organizationKind purposes revokedBy senderId',
  ConsentController: 'createdBy id issuer jwksUrl name presenter receiptStatusUrl revokedBy',
  CreateSenderPayload: 'clientId clientSecret',
  Delivery: 'accessDecision action id kind messageId receiptStatus stateReason target waitsFor',
  DeliveryAttempt: 'address error id outcome',
  DeliveryChange: 'cursor',
  EndpointTrouble: 'endpoint reason',
  EventSubscription:
    'approvedBy code eventType frequency id recordType referenceId senderId stateReason target transactionId',
  Expiry: 'id senderId',
  Job: 'every failReason name',
  JobStoreHealth: 'name',
  LegalHold: 'month owner',
  OutboundSettings: 'clientId scope tokenUrl',
  PageInfo: 'endCursor startCursor',
  Principal: 'kind senderId subject',
  Query: 'liveCursor',
  Queue: 'name',
  RecordOutcome: 'corrected eventId id message overwrote',
  RegistryAttribute: 'path type',
  RegistryDefinition: 'events identifierTypes title',
  RegistryEvent: 'eventType id recordId recordType',
  RegistryEventChange: 'cursor',
  RegistryRecordType: 'aliases identifierPaths identifyingTypes name',
  Sender:
    'approvedBy callbackHosts clientId createdBy id jwksUrl name notes notifyUri organizationKind proposedBy receiverAliases senderId suspendedReason tlsSubject tlsThumbprints warnings',
  SenderKey: 'algorithm fingerprint id kid origin publicJwk revokedBy',
  ServerKey: 'algorithm id kid publicJwk',
  Source: 'kind lastError name notice',
  SourceProblem: 'message',
  SourceProposal: 'unmapped yaml',
  SourceRefusal: 'entry path reason',
  SourceSample: 'data entry',
  SubscriptionChange: 'cursor',
  TailHolder: 'application',
  Traffic: 'senderId',
  Transaction:
    'accessDecision action channel contentHash correlationId errorId id messageId statusReasonCode statusReasonMessage transactionId',
  TransactionChange: 'cursor',
};

/** Calls of partners, which leave transactions; an administrator is refused them. */
export const OF_PARTNERS = `acknowledgeReceipt disabilityDetails disabilitySupport
  disabled enrolled notify receiveCallback search subscribe transactionStatus unsubscribe updateEnrollments verify`;
