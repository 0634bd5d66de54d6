import { graphql } from '../graphql/graphql.js';

export const SUBSCRIPTION_ROW = graphql(`
  fragment SubscriptionRow on EventSubscription {
    id
    code
    senderId
    registry
    eventType
    recordType
    queryType
    filter
    frequency
    target
    state
    stateReason
    sequence
    failingSince
    expiresAt
    approvedBy
    activeSince
    createdAt
  }
`);

export const SUBSCRIPTIONS = graphql(
  `
    query Subscriptions($filter: SubscriptionFilter, $first: Int, $after: String, $last: Int, $before: String) {
      subscriptions(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes {
          ...SubscriptionRow
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
  [SUBSCRIPTION_ROW],
);

export const SUBSCRIPTION_CHANGED = graphql(
  `
    subscription SubscriptionChanged($after: String) {
      subscriptionChanged(after: $after) {
        cursor
        subscription {
          ...SubscriptionRow
        }
      }
    }
  `,
  [SUBSCRIPTION_ROW],
);

export const APPROVE_SUBSCRIPTION = graphql(`
  mutation ApproveSubscription($id: ID!) {
    approveSubscription(id: $id) {
      id
    }
  }
`);

export const PAUSE_SUBSCRIPTION = graphql(`
  mutation PauseSubscription($id: ID!, $reason: String) {
    pauseSubscription(id: $id, reason: $reason) {
      id
    }
  }
`);

export const RESUME_SUBSCRIPTION = graphql(`
  mutation ResumeSubscription($id: ID!) {
    resumeSubscription(id: $id) {
      id
    }
  }
`);

export const SEND_TEST_NOTIFICATION = graphql(`
  mutation SendTestNotification($id: ID!) {
    sendTestNotification(id: $id) {
      id
    }
  }
`);

export const CANCEL_SUBSCRIPTION = graphql(`
  mutation CancelSubscription($id: ID!, $reason: String) {
    cancelSubscription(id: $id, reason: $reason) {
      id
    }
  }
`);
