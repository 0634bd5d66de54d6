import { graphql } from '../graphql/graphql.js';

export const CONSENTS = graphql(`
  query Consents($filter: ConsentFilter, $first: Int, $after: String, $last: Int, $before: String) {
    consents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        registry
        identifierType
        identifier {
          type
          value
        }
        senderId
        organizationKind
        purposes
        fields
        inForce
        validFrom
        validUntil
        evidence
        grantedBy
        createdAt
        revokedAt
        revokedBy
        numberPassedAt
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

export const GRANT_CONSENT = graphql(`
  mutation GrantConsent($input: GrantConsentInput!) {
    grantConsent(input: $input) {
      id
    }
  }
`);

export const REVOKE_CONSENT = graphql(`
  mutation RevokeConsent($id: ID!, $reason: String) {
    revokeConsent(id: $id, reason: $reason) {
      id
    }
  }
`);
