import { graphql } from '../graphql/graphql.js';

export const SENDERS = graphql(`
  query Senders($filter: SenderFilter, $first: Int, $after: String, $last: Int, $before: String) {
    senders(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        senderId
        name
        state
        registries
        signatureProfile
        sandbox
        warnings
        createdAt
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

export const SENDER_KEY = graphql(`
  fragment SenderKeyRow on SenderKey {
    id
    kid
    use
    algorithm
    fingerprint
    origin
    createdAt
    revokedAt
  }
`);

export const SENDER = graphql(
  `
    query Sender($senderId: String!) {
      sender(senderId: $senderId) {
        id
        senderId
        name
        state
        suspendedReason
        organizationKind
        allowedOperations
        registries
        callbackHosts
        notifyUri
        jwksUrl
        jwksFetchedAt
        signatureProfile
        signaturePolicy
        sandbox
        autoApproveSubscriptions
        rateLimitPerMinute
        rateLimitPerDay
        encryptReplies
        recordsAs
        dialect
        jwsForm
        receiverAliases
        tlsSubject
        tlsThumbprints
        suppressCountsBelow
        legalBasis
        notes
        clientId
        version
        createdBy
        approvedBy
        createdAt
        updatedAt
        warnings
        outbound {
          tokenUrl
          clientId
          scope
          bearer
          clientCertificate
          authority
        }
        troubledEndpoints {
          endpoint
          failures
          failingSince
          restsUntil
          reason
          waiting
        }
        waitingDeliveries
        lastDay {
          at
          traffic {
            total
            failed
          }
        }
        keys {
          ...SenderKeyRow
        }
      }
      agreements(filter: { senderId: $senderId }, first: 100) {
        nodes {
          id
          registry
          state
          operations
          validFrom
          validUntil
        }
      }
      transactions(filter: { senderId: $senderId }, first: 1) {
        nodes {
          id
          operation
          registry
          status
          statusReasonCode
          receivedAt
          durationMs
        }
      }
    }
  `,
  [SENDER_KEY],
);

export const CREATE_SENDER = graphql(`
  mutation CreateSender($input: CreateSenderInput!) {
    createSender(input: $input) {
      clientId
      clientSecret
      sender {
        id
        senderId
        state
      }
    }
  }
`);

export const UPDATE_SENDER = graphql(`
  mutation UpdateSender($senderId: String!, $input: UpdateSenderInput!, $was: UpdateSenderInput) {
    updateSender(senderId: $senderId, input: $input, was: $was) {
      id
    }
  }
`);

export const APPROVE_SENDER = graphql(`
  mutation ApproveSender($senderId: String!, $version: Int) {
    approveSender(senderId: $senderId, version: $version) {
      id
    }
  }
`);

export const SUSPEND_SENDER = graphql(`
  mutation SuspendSender($senderId: String!, $reason: String) {
    suspendSender(senderId: $senderId, reason: $reason) {
      id
    }
  }
`);

export const ACTIVATE_SENDER = graphql(`
  mutation ActivateSender($senderId: String!) {
    activateSender(senderId: $senderId) {
      id
    }
  }
`);

export const ROTATE_SECRET = graphql(`
  mutation RotateSecret($senderId: String!) {
    rotateSenderSecret(senderId: $senderId) {
      clientId
      clientSecret
      sender {
        id
      }
    }
  }
`);

export const ADD_SENDER_KEY = graphql(
  `
    mutation AddSenderKey($senderId: String!, $input: SenderKeyInput!) {
      addSenderKey(senderId: $senderId, input: $input) {
        ...SenderKeyRow
      }
    }
  `,
  [SENDER_KEY],
);

export const FETCH_SENDER_KEYS = graphql(
  `
    mutation FetchSenderKeys($senderId: String!) {
      fetchSenderKeys(senderId: $senderId) {
        ...SenderKeyRow
      }
    }
  `,
  [SENDER_KEY],
);

export const REVOKE_SENDER_KEY = graphql(`
  mutation RevokeSenderKey($senderId: String!, $kid: String!) {
    revokeSenderKey(senderId: $senderId, kid: $kid) {
      id
    }
  }
`);
