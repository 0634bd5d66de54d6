import { graphql } from '../graphql/graphql.js';

export const AGREEMENT_ROW = graphql(`
  fragment AgreementRow on Agreement {
    id
    registry
    operations
    recordTypes
    fields
    searchableAttributes
    purposes
    legalBasis
    requiresConsent
    rowFilter
    validFrom
    validUntil
    state
    version
    createdBy
    approvedBy
    sender {
      id
      senderId
      name
    }
  }
`);

export const AGREEMENTS = graphql(
  `
    query Agreements($filter: AgreementFilter, $first: Int, $after: String, $last: Int, $before: String) {
      agreements(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes {
          ...AgreementRow
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
  [AGREEMENT_ROW],
);

export const CREATE_AGREEMENT = graphql(`
  mutation CreateAgreement($input: CreateAgreementInput!) {
    createAgreement(input: $input) {
      id
      state
    }
  }
`);

export const UPDATE_AGREEMENT = graphql(`
  mutation UpdateAgreement($id: ID!, $input: UpdateAgreementInput!, $was: UpdateAgreementInput) {
    updateAgreement(id: $id, input: $input, was: $was) {
      id
      state
    }
  }
`);

export const APPROVE_AGREEMENT = graphql(`
  mutation ApproveAgreement($id: ID!, $version: Int) {
    approveAgreement(id: $id, version: $version) {
      id
    }
  }
`);

export const END_AGREEMENT = graphql(`
  mutation EndAgreement($id: ID!) {
    endAgreement(id: $id) {
      id
    }
  }
`);
