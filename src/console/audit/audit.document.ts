import { graphql } from '../graphql/graphql.js';

export const ADMIN_ACTIONS = graphql(`
  query AdminActions($filter: AdminActionFilter, $first: Int, $after: String, $last: Int, $before: String) {
    adminActions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        actor
        role
        action
        targetType
        targetId
        reason
        before
        after
        at
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const AUDIT_SEALS = graphql(`
  query AuditSeals($first: Int, $after: String, $last: Int, $before: String) {
    auditSeals(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        sequence
        entryCount
        sealHash
        kid
        sealedAt
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const VERIFY_AUDIT = graphql(`
  query VerifyAudit($seals: Int!) {
    verifyAudit(seals: $seals) {
      intact
      seals
      entries
      unsealed
      head {
        sequence
        sealHash
      }
      problem {
        kind
        message
        seal
      }
    }
  }
`);

export const REVOKE_ADMIN_SESSIONS = graphql(`
  mutation RevokeAdminSessions($subject: String!, $reason: String!) {
    revokeAdminSessions(subject: $subject, reason: $reason)
  }
`);
