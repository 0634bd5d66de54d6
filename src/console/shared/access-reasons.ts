/** Why access is given or refused, as the gateway codes it; its own words beside it are English. */
export const ACCESS_REASONS = [
  'AGREEMENT',
  'SENDER_NOT_ACTIVE',
  'OPERATION_NOT_ALLOWED',
  'REGISTRY_NOT_ALLOWED',
  'REGISTRY_LACKS_OPERATION',
  'SCOPE_NOT_GRANTED',
  'NO_AGREEMENT',
  'RECORD_TYPE_NOT_COVERED',
  'PURPOSE_NOT_COVERED',
  'FIELD_NOT_COVERED',
] as const;

/** Those that another agreement would change. */
export const OF_AGREEMENTS: ReadonlySet<string> = new Set<(typeof ACCESS_REASONS)[number]>([
  'NO_AGREEMENT',
  'RECORD_TYPE_NOT_COVERED',
  'PURPOSE_NOT_COVERED',
  'FIELD_NOT_COVERED',
]);
