/** A graphql-ws client of a gateway, as a monitor would have it. */
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ADMIN_TOKEN, type TestGateway } from './gateway.js';
import { until } from './until.js';

export interface LiveClient {
  /** Follows a subscription until `count` results have come, or for as long as `ms`. */
  take<Data>(query: string, variables: Record<string, unknown>, count: number, ms?: number): Promise<Data[]>;
  /** The first result as it came, errors included; a refused subscription throws. */
  once(query: string, variables?: Record<string, unknown>): Promise<{ data?: unknown; errors?: readonly unknown[] }>;
  client: Client;
  close(): Promise<void>;
}

export function openLive(url: string, token: string = ADMIN_TOKEN): LiveClient {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    // Kept between subscriptions: one socket a client, as a monitor has it.
    lazyCloseTimeout: 500,
  });
  return {
    client,
    take: async <Data>(query: string, variables: Record<string, unknown>, count: number, ms = 30_000) => {
      const results: Data[] = [];
      const reading = client.iterate<Data>({ query, variables });
      const timer = setTimeout(() => void reading.return?.(), ms);
      try {
        for await (const { data, errors } of reading) {
          if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors ?? 'no data'));
          results.push(data);
          if (results.length >= count) break;
        }
      } finally {
        clearTimeout(timer);
      }
      return results;
    },
    once: async (query, variables = {}) => {
      for await (const result of client.iterate({ query, variables })) return result;
      return {};
    },
    close: async () => client.dispose(),
  };
}

/**
 * Starts subscriptions, and waits until they are told what is committed from then on. Nothing of before is told them,
 * which would be where another database of the cluster has an older transaction open.
 */
export async function begin<Told>(
  { services: { tail } }: TestGateway,
  start: () => Told,
  readers = 1,
): Promise<[Told]> {
  await until(() => tail.listening === 0);
  await until(async () => (await tail.lagSeconds()) === 0);
  const told = start();
  await until(() => tail.listening === readers);
  return [told];
}
