import { graphql } from '../graphql/graphql.js';

export const TRANSACTION_ROW = graphql(`
  fragment TransactionRow on Transaction {
    id
    transactionId
    operation
    registry
    channel
    status
    statusReasonCode
    receivedAt
    durationMs
    recordCount
    itemCount
    itemsDone
    sender {
      id
      senderId
      name
    }
  }
`);

export const TRANSACTIONS = graphql(
  `
    query Transactions($filter: TransactionFilter, $first: Int, $after: String, $last: Int, $before: String) {
      transactions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes {
          ...TransactionRow
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  `,
  [TRANSACTION_ROW],
);

export const TRANSACTION_CHANGED = graphql(
  `
    subscription TransactionChanged($filter: TransactionFilter, $after: String) {
      transactionChanged(filter: $filter, after: $after) {
        cursor
        transaction {
          ...TransactionRow
        }
      }
    }
  `,
  [TRANSACTION_ROW],
);
