/** What a verifier of the audit may find wrong. */
export const AUDIT_PROBLEMS = {
  SEAL_MISSING: 'SEAL_MISSING',
  SEAL_EDITED: 'SEAL_EDITED',
  SEAL_FORGED: 'SEAL_FORGED',
  ENTRY_REMOVED: 'ENTRY_REMOVED',
  ENTRY_ADDED: 'ENTRY_ADDED',
  ENTRY_REORDERED: 'ENTRY_REORDERED',
  ENTRY_EDITED: 'ENTRY_EDITED',
  ROW_MISSING: 'ROW_MISSING',
  ROW_ADDED: 'ROW_ADDED',
  ROW_EDITED: 'ROW_EDITED',
  PAYLOAD_EDITED: 'PAYLOAD_EDITED',
  PAYLOAD_MISSING: 'PAYLOAD_MISSING',
} as const;
export type AuditProblemKind = keyof typeof AUDIT_PROBLEMS;

/** The first row that does not fit; `subject` is the transaction, delivery or admin action it speaks of. */
export interface AuditProblem {
  kind: AuditProblemKind;
  message: string;
  seal?: number;
  entryId?: string;
  subject?: string;
}

export class AuditBroken extends Error {
  constructor(readonly problem: AuditProblem) {
    super(problem.message);
  }
}
