import { graphql } from '../graphql/graphql.js';

export const SENDER_CHOICES = graphql(`
  query SenderChoices($name: String) {
    senders(filter: { name: $name }, first: 20) {
      nodes {
        id
        senderId
        name
      }
    }
  }
`);
