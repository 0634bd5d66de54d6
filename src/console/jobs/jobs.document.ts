import { graphql } from '../graphql/graphql.js';

export const JOBS = graphql(`
  query Jobs($filter: JobFilter, $first: Int, $after: String, $last: Int, $before: String) {
    jobs(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id: name
        every
        running
        nextRunAt
        lastRunAt
        lastFinishedAt
        failedAt
        failReason
        failCount
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

export const RUN_JOB = graphql(`
  mutation RunJob($name: ID!) {
    runJob(name: $name) {
      id: name
      nextRunAt
    }
  }
`);

export const QUEUES = graphql(`
  query Queues {
    overview(window: "PT1M") {
      jobs {
        store {
          name
          up
        }
        queues {
          id: name
          waiting
          oldestDueAt
          running
        }
      }
    }
  }
`);
