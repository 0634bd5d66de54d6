/** One WebSocket for all live views of this tab. */
import { createClient, type Client } from 'graphql-ws';
import { authorization } from '../session/session.js';

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`;

export const liveClient: Client = createClient({
  url,
  connectionParams: () => ({ ...authorization() }),
  keepAlive: 12_000,
  // `useLive` resumes by cursor; resubscribing as before would lose what happened in between.
  retryAttempts: 0,
});
