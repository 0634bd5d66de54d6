import { graphql } from '../graphql/graphql.js';

export const TRANSACTION = graphql(`
  query Transaction($id: ID!) {
    transaction(id: $id) {
      id
      transactionId
      messageId
      correlationId
      action
      operation
      registry
      channel
      status
      statusReasonCode
      statusReasonMessage
      receivedAt
      processedAt
      durationMs
      itemCount
      itemsDone
      recordCount
      accessDecision
      contentHash
      errorId
      seal {
        id
        sequence
      }
      deliveries {
        id
        action
        state
        attemptCount
      }
      sender {
        id
        senderId
        name
      }
    }
  }
`);

export const TRANSACTION_PAYLOADS = graphql(`
  query TransactionPayloads($id: ID!, $reason: String!) {
    transaction(id: $id) {
      id
      requestData(reason: $reason)
      responseData(reason: $reason)
    }
  }
`);
