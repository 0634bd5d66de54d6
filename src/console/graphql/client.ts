/** The one way to the gateway: its public GraphQL API, as every other client has it. */
import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql';
import { asReader } from '../session/as-reader.js';
import { patiently } from '../session/patience.js';
import { readAgain } from './read-again.js';

const asPatientReader: typeof fetch = (address, request) => asReader(address, request, patiently);

/** One for each reader: what one was shown is not kept for the next. @param ask as whom */
export const createClient = (ask: typeof fetch = asPatientReader) =>
  new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetch: ask,
    exchanges: [
      // What fails as a whole has `data: null`, of which no type tells; pages know undefined.
      mapExchange({ onResult: (result) => (result.data === null ? { ...result, data: undefined } : result) }),
      cacheExchange,
      readAgain,
      fetchExchange,
    ],
  });
