/**
 * A partner's inbox: a real HTTP server that verifies our signatures against our JWKS, and behaves as a test says: slow,
 * refusing, gone, hanging, dropping the connection.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { verifyHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { verifyEnvelope, type VerificationKey } from '../../src/protocol/signature/signature.js';
import type { SignatureProfile } from '../../src/protocol/vocabulary.js';
import { callbackProblems } from './specification.js';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  text: string;
  // Tests reach deep into messages whose shape they assert.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  at: Date;
  /** Whether our signature verifies, in the profile of the inbox. */
  verified: boolean;
}

export type Behaviour = (received: Received, response: ServerResponse) => void | Promise<void>;

export interface Inbox {
  url: string;
  received: Received[];
  /** For the requests from now on; what is not told is answered with an ACK. */
  behave(behaviour: Behaviour | undefined): void;
  /** Waits until so many messages have come; throws where one of them is not as the specification has it. */
  wait(count: number, timeoutMs?: number): Promise<Received[]>;
  /** Throws as `wait` does. */
  close(): Promise<void>;
}

export const acknowledge: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ message: { ack_status: 'ACK', timestamp: new Date().toISOString(), correlation_id: 'c' } }),
  );
};

export const answer =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Behaviour =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

export const dropConnection: Behaviour = (_, response) => void response.destroy();
export const hang: Behaviour = () => {};

export async function startInbox(
  gatewayUrl: string,
  profile: SignatureProfile = 'DCI',
  /** Whether what comes must be as the specification has it; a vendor's form is not. */
  strict = true,
): Promise<Inbox> {
  const received: Received[] = [];
  const problems: string[] = [];
  let behaviour: Behaviour = acknowledge;
  let tell = () => {};
  const server = createServer((request, response) => {
    const receive = async () => {
      const text = await read(request);
      const { url: path = '', headers } = request;
      const body: unknown = JSON.parse(text);
      const verified = await verify(gatewayUrl, profile, {
        method: 'POST',
        url: `http://${headers.host}${path}`,
        headers,
        text,
      });
      const message = { path, headers, text, body, at: new Date(), verified };
      received.push(message);
      const found = callbackProblems(path, body).map((problem) => `${path} ${problem}`);
      if (found.length > 0) problems.push(...found, text);
      tell();
      await behaviour(message, response);
    };
    void receive();
  });
  const judge = () => {
    if (strict && problems.length > 0) throw new Error(`received against the specification:\n${problems.join('\n')}`);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave: (wanted = acknowledge) => void (behaviour = wanted),
    wait: async (count, timeoutMs = 30_000) => {
      const deadline = Date.now() + timeoutMs;
      while (received.length < count) {
        const left = deadline - Date.now();
        if (left <= 0) throw new Error(`${received.length} of ${count} messages came in ${timeoutMs} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(left, 50));
          tell = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      judge();
      return received;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      judge();
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Message {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  text: string;
}

async function verify(gatewayUrl: string, profile: SignatureProfile, message: Message): Promise<boolean> {
  const { method, url, headers, text } = message;
  const keyFor = (kid: string) => publicKey(gatewayUrl, kid);
  const now = new Date();
  try {
    if (profile === 'HTTP') {
      const request = { method, targetUri: url, headers, body: Buffer.from(text) };
      await verifyHttpRequest(request, { senderId: 'dci-gateway', keyFor: (_, kid) => keyFor(kid), now });
    } else {
      const document = JSON.parse(text) as Record<string, never>;
      await verifyEnvelope(profile, { text, document }, { senderId: 'dci-gateway', keyFor, now });
    }
    return true;
  } catch {
    return false;
  }
}

const keySets = new Map<string, Promise<JSONWebKeySet>>();

/** A key that is not known yet is asked for once more: it may be new. */
async function publicKey(gatewayUrl: string, kid: string): Promise<VerificationKey | undefined> {
  const find = async () => (await keySets.get(gatewayUrl))?.keys.find((key) => key.kid === kid);
  let jwk = await find();
  if (jwk === undefined) {
    const fetched = fetch(`${gatewayUrl}/.well-known/jwks.json`).then((response) => response.json());
    keySets.set(gatewayUrl, fetched as Promise<JSONWebKeySet>);
    jwk = await find();
  }
  if (jwk === undefined) return undefined;
  const { algorithm, keyObject } = importPublicKey({ jwk });
  return { kid, algorithm: algorithm as VerificationKey['algorithm'], keyObject };
}
