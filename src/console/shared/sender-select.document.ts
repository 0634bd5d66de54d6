import { graphql } from '../graphql/graphql.js';

export const SENDER_CHOICES = graphql(`
  query SenderChoices($nameOrId: String) {
    senders(filter: { nameOrId: $nameOrId }, first: 20) {
      nodes {
        id
        senderId
        name
      }
    }
  }
`);
