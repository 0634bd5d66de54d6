import { graphql } from '../graphql/graphql.js';

export const EXPLAIN_ACCESS = graphql(`
  query ExplainAccess(
    $senderId: String!
    $registry: Registry!
    $identifier: IdentifierInput!
    $operation: Operation!
    $purpose: String
  ) {
    explainAccess(
      senderId: $senderId
      registry: $registry
      identifier: $identifier
      operation: $operation
      purpose: $purpose
    ) {
      found
      released
      identifiable
      recordType
      membersReleased
      membersLeftOut
      consentBy
      consentControllers {
        id
        name
      }
      agreement {
        id
        version
      }
      steps {
        reason
        passed
        explanation
      }
      fields {
        path
        recorded
        released
        searchable
        reason
      }
    }
  }
`);
