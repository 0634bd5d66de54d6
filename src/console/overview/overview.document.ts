import { graphql } from '../graphql/graphql.js';

export const TRAFFIC = graphql(`
  fragment TrafficNumbers on Traffic {
    total
    failed
    perSecond
    errorRate
    p50Ms
    p95Ms
    p99Ms
    registry
    operation
    senderId
  }
`);

const OVERVIEW_PARTS = graphql(
  `
    fragment OverviewParts on Overview {
      from
      until
      tailLagSeconds
      tailHeldBy {
        pid
        application
      }
      requests {
        ...TrafficNumbers
      }
      requestsByRegistry {
        ...TrafficNumbers
      }
      requestsByOperation {
        ...TrafficNumbers
      }
      requestsBySender {
        ...TrafficNumbers
      }
      timeline(points: 60) {
        at
        traffic {
          total
          failed
          p50Ms
          p95Ms
          p99Ms
        }
      }
      deliveries {
        backlog
        oldestAgeSeconds
        successRate
        suspendedEndpoints
        bySender {
          ...TrafficNumbers
        }
      }
      jobs {
        store {
          name
          up
        }
        jobs {
          name
          failedAt
          lastFinishedAt
        }
        queues {
          name
          waiting
          oldestDueAt
        }
      }
      expiries {
        kind
        id
        senderId
        expiresAt
      }
    }
  `,
  [TRAFFIC],
);

export const OVERVIEW = graphql(
  `
    query Overview($window: Duration!) {
      overview(window: $window) {
        ...OverviewParts
      }
    }
  `,
  [OVERVIEW_PARTS],
);

export const OVERVIEW_CHANGED = graphql(
  `
    subscription OverviewChanged($window: Duration!, $everySeconds: Int!) {
      overviewChanged(window: $window, everySeconds: $everySeconds) {
        ...OverviewParts
      }
    }
  `,
  [OVERVIEW_PARTS],
);
