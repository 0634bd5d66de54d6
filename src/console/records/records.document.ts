import { graphql } from '../graphql/graphql.js';

export const RECORDS = graphql(`
  query Records($registry: Registry!, $filter: RecordFilter, $first: Int, $after: String, $last: Int, $before: String) {
    records(registry: $registry, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        recordType
        externalId
        version
        updatedAt
        data
        identifiers {
          type
          value
        }
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

/** What the form and the search are made of; it does not change while the gateway runs. */
export const DICTIONARY = graphql(`
  query Dictionary($registry: Registry!) {
    registryDefinitions(registry: $registry) {
      registry
      recordTypes {
        name
        identifierPaths
        attributes {
          path
          type
          many
          codes {
            code
            label
          }
        }
      }
    }
  }
`);

export const RECORD_EVENTS = graphql(`
  query RecordEvents($id: ID!) {
    recordEvents(id: $id) {
      id
      eventType
      version
      createdAt
    }
  }
`);

export const UPSERT_RECORD = graphql(`
  mutation UpsertRecord($registry: Registry!, $record: RecordInput!) {
    upsertRecords(registry: $registry, records: [$record]) {
      records {
        id
        version
        change
        eventId
        overwrote
        reason
        message
      }
    }
  }
`);

export const DELETE_RECORD = graphql(`
  mutation DeleteRecord(
    $registry: Registry!
    $identifier: IdentifierInput
    $recordType: String
    $externalId: String
    $was: RecordVersionInput
  ) {
    deleteRecord(
      registry: $registry
      identifier: $identifier
      recordType: $recordType
      externalId: $externalId
      was: $was
    ) {
      id
      change
      eventId
    }
  }
`);
