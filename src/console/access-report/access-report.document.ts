import { graphql } from '../graphql/graphql.js';

export const ACCESS_REPORT = graphql(`
  query AccessReport($registry: Registry!, $identifier: IdentifierInput!, $reason: String!, $first: Int!) {
    accessReport(registry: $registry, identifier: $identifier, reason: $reason, first: $first) {
      complete
      disclosures {
        id
        at
        senderId
        senderName
        kind
        inside
        legalBasis
        requiredConsent
        consentBy
        purpose
        agreementVersion
        fields
      }
      readings {
        id
        at
        actor
        role
        action
        reason
        fields
        inside
      }
    }
  }
`);
