import { graphql } from '../graphql/graphql.js';

export const SENDER_CHOICES = graphql(`
  query SenderChoices($nameOrId: String, $id: String!) {
    exact: sender(senderId: $id) {
      id
      senderId
      name
    }
    senders(filter: { nameOrId: $nameOrId }, first: 20) {
      nodes {
        id
        senderId
        name
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);
