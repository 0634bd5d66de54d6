/** A collector of traces: takes OTLP over HTTP as JSON, and keeps the spans. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

interface Export {
  resourceSpans: { resource: unknown; scopeSpans: { spans: CollectedSpan[] }[] }[];
}

export interface Collector {
  url: string;
  spans: CollectedSpan[];
  /** All that came, as it came. */
  text: string[];
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const [spans, all]: [CollectedSpan[], string[]] = [[], []];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const fits = request.url === '/v1/traces' && request.headers['content-type'] === 'application/json';
    if (fits) {
      all.push(body);
      for (const { scopeSpans } of (JSON.parse(body) as Export).resourceSpans)
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.writeHead(fits ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    text: all,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
