import { graphql } from '../graphql/graphql.js';

export const SERVER_KEYS = graphql(`
  query ServerKeys {
    serverKeys {
      id
      kid
      use
      algorithm
      state
      createdAt
      activatedAt
      retiredAt
      revokedAt
    }
  }
`);

export const GENERATE_SERVER_KEY = graphql(`
  mutation GenerateServerKey($algorithm: KeyAlgorithm!) {
    generateServerKey(algorithm: $algorithm) {
      id
    }
  }
`);

export const IMPORT_SERVER_KEY = graphql(`
  mutation ImportServerKey($privateKeyPem: String!, $use: KeyUse!) {
    importServerKey(privateKeyPem: $privateKeyPem, use: $use) {
      id
    }
  }
`);

export const ACTIVATE_SERVER_KEY = graphql(`
  mutation ActivateServerKey($kid: String!) {
    activateServerKey(kid: $kid) {
      id
    }
  }
`);

export const RETIRE_SERVER_KEY = graphql(`
  mutation RetireServerKey($kid: String!) {
    retireServerKey(kid: $kid) {
      id
    }
  }
`);

export const REVOKE_SERVER_KEY = graphql(`
  mutation RevokeServerKey($kid: String!) {
    revokeServerKey(kid: $kid) {
      id
    }
  }
`);
