/** The one way to the gateway: its public GraphQL API, as any other client has it. */
import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql';
import { authorization, session } from '../session/session.js';

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  requestPolicy: 'cache-and-network',
  fetchOptions: () => ({ headers: { ...authorization() } }),
  exchanges: [
    cacheExchange,
    mapExchange({
      onError: ({ graphQLErrors }) => {
        if (graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) session.end('expired');
      },
    }),
    fetchExchange,
  ],
});
