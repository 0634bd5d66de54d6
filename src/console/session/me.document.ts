import { graphql } from '../graphql/graphql.js';

export const ME = graphql(`
  query Me {
    me {
      kind
      subject
      role
      account {
        id
        name
        totpConfirmed
        recoveryCodesLeft
      }
    }
  }
`);
