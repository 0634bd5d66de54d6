import { graphql } from '../graphql/graphql.js';

export const ACCESS_REPORT = graphql(`
  query AccessReport($registry: Registry, $identifier: IdentifierInput!, $reason: String!, $first: Int!) {
    accessReport(registry: $registry, identifier: $identifier, reason: $reason, first: $first) {
      at
      registries
      notAsked
      complete
      disclosures {
        id
        at
        registry
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
        questions {
          attribute
          answer
        }
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

export const IDENTIFIER_TYPES = graphql(`
  query IdentifierTypes {
    registryDefinitions {
      registry
      identifierTypes
    }
  }
`);
