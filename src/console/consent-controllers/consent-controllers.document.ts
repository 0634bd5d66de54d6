import { graphql } from '../graphql/graphql.js';

export const CONSENT_CONTROLLERS = graphql(`
  query ConsentControllers {
    consentControllers {
      id
      name
      issuer
      jwksUrl
      jwksFetchedAt
      registries
      receiptStatusUrl
      presenter
      createdAt
      revokedAt
    }
  }
`);

export const REGISTER_CONSENT_CONTROLLER = graphql(`
  mutation RegisterConsentController($input: RegisterConsentControllerInput!) {
    registerConsentController(input: $input) {
      id
    }
  }
`);

export const UPDATE_CONSENT_CONTROLLER = graphql(`
  mutation UpdateConsentController($id: ID!, $input: UpdateConsentControllerInput!) {
    updateConsentController(id: $id, input: $input) {
      id
    }
  }
`);

export const REVOKE_CONSENT_CONTROLLER = graphql(`
  mutation RevokeConsentController($id: ID!, $reason: String) {
    revokeConsentController(id: $id, reason: $reason) {
      id
    }
  }
`);

export const REVOKE_MESSAGE_CONSENT = graphql(`
  mutation RevokeMessageConsent($controllerId: ID!, $jti: String!, $reason: String) {
    revokeMessageConsent(controllerId: $controllerId, jti: $jti, reason: $reason) {
      id
    }
  }
`);
