/** One WebSocket for all live views of this tab. */
import { createClient, type Client } from 'graphql-ws';
import { authorization } from '../session/session.js';

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`;
const PING_MS = 12_000;
const ANSWER_MS = 5000;

let isOpen = false;
let silence: number | undefined;
const listeners = new Set<() => void>();

function turn(open: boolean): void {
  clearTimeout(silence);
  isOpen = open;
  for (const listener of listeners) listener();
}

export const liveClient: Client = createClient({
  url,
  connectionParams: () => ({ ...authorization() }),
  keepAlive: PING_MS,
  connectionAckWaitTimeout: ANSWER_MS,
  // `useLive` resumes by cursor; resubscribing as before would lose what happened in between.
  retryAttempts: 0,
  on: {
    connected: () => turn(true),
    closed: () => turn(false),
    // A line that was cut without a word is known by the answer that does not come.
    ping: (isReceived) => {
      if (!isReceived) silence = window.setTimeout(() => liveClient.terminate(), ANSWER_MS);
    },
    pong: () => clearTimeout(silence),
  },
});

/** Whether the gateway is at the other end of the line. */
export const line = {
  isOpen: (): boolean => isOpen,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
