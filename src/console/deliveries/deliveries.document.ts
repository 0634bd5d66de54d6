import { graphql } from '../graphql/graphql.js';

export const DELIVERY_ROW = graphql(`
  fragment DeliveryRow on Delivery {
    id
    kind
    action
    test
    registry
    target
    state
    stateReason
    withheld
    attemptCount
    createdAt
    finishedAt
    waiting {
      reason
      until
      problem
      together
      earlierId
    }
    sender {
      id
      senderId
      name
    }
  }
`);

export const DELIVERIES = graphql(
  `
    query Deliveries($filter: DeliveryFilter, $first: Int, $after: String, $last: Int, $before: String) {
      deliveries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes {
          ...DeliveryRow
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
  [DELIVERY_ROW],
);

export const DELIVERY_CHANGED = graphql(
  `
    subscription DeliveryChanged($filter: DeliveryFilter, $after: String) {
      deliveryChanged(filter: $filter, after: $after) {
        cursor
        delivery {
          ...DeliveryRow
        }
      }
    }
  `,
  [DELIVERY_ROW],
);

export const DELIVERY = graphql(
  `
    query Delivery($id: ID!) {
      delivery(id: $id) {
        ...DeliveryRow
        messageId
        notificationNumber
        firstFailedAt
        receiptAt
        receiptStatus
        accessDecision
        subscription {
          id
          code
        }
        transaction {
          id
          transactionId
        }
        attempts {
          id
          at
          outcome
          status
          latencyMs
          address
          error
        }
      }
    }
  `,
  [DELIVERY_ROW],
);

export const DELIVERY_MESSAGE = graphql(`
  query DeliveryMessage($id: ID!, $reason: String!) {
    delivery(id: $id) {
      id
      message(reason: $reason)
    }
  }
`);

export const DELIVERY_EXCERPTS = graphql(`
  query DeliveryExcerpts($id: ID!, $reason: String!) {
    delivery(id: $id) {
      id
      attempts {
        id
        at
        responseExcerpt(reason: $reason)
      }
    }
  }
`);

export const RETRY_DELIVERY = graphql(`
  mutation RetryDelivery($id: ID!) {
    retryDelivery(id: $id) {
      id
      waiting {
        reason
        until
        problem
        together
        earlierId
      }
    }
  }
`);

export const CANCEL_DELIVERY = graphql(`
  mutation CancelDelivery($id: ID!, $reason: String!) {
    cancelDelivery(id: $id, reason: $reason) {
      id
    }
  }
`);

export const REPLAY_DELIVERIES = graphql(`
  mutation ReplayDeliveries($filter: ReplayFilter!) {
    replayDeliveries(filter: $filter) {
      count
    }
  }
`);
