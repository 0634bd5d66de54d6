/** The one way to the gateway: its public GraphQL API, as every other client has it. */
import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql';
import { authorization, session } from '../session/session.js';

/** One for each session: what one reader was shown is not kept for the next. */
export const createClient = () =>
  new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({ headers: { ...authorization() } }),
    exchanges: [
      // What fails as a whole has `data: null`, of which no type tells; pages know undefined.
      mapExchange({ onResult: (result) => (result.data === null ? { ...result, data: undefined } : result) }),
      cacheExchange,
      mapExchange({
        onError: ({ graphQLErrors }) => {
          const refused = graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED');
          if (refused && session.token() !== undefined) session.end('expired');
        },
      }),
      fetchExchange,
    ],
  });
