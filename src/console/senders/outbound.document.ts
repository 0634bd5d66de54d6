import { graphql } from '../graphql/graphql.js';

export const SET_OUTBOUND = graphql(`
  mutation SetOutbound($senderId: String!, $input: SenderOutboundInput!) {
    setSenderOutbound(senderId: $senderId, input: $input) {
      tokenUrl
    }
  }
`);
