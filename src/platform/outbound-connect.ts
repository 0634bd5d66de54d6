/** Opens the connection of one request, to addresses that were checked, straight or through the forward proxy. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { hostOf, portOf } from './outbound-policy.js';

/** Our certificate and key where the partner asks for them, and its own authority where it has one; all PEM. */
export interface ClientTls {
  cert?: string;
  key?: string;
  ca?: string;
}

export interface Address {
  address: string;
  family: number;
}

/** The name is not resolved again: the socket sees only the addresses given. */
export async function openSocket(
  url: URL,
  addresses: readonly Address[],
  proxyUrl: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  if (proxyUrl) return openTunnel(new URL(proxyUrl), addresses, portOf(url), signal);
  const lookup: LookupFunction = (_host, { all }, done) =>
    all ? done(null, [...addresses]) : done(null, addresses[0]?.address ?? '', addresses[0]?.family);
  const socket = connectTcp({ host: hostOf(url), port: portOf(url), lookup, autoSelectFamily: true, signal });
  ignoreLateErrors(socket);
  await once(socket, 'connect', { signal });
  return socket;
}

/** The proxy gets the checked address and not the name, which it would resolve for itself. */
async function openTunnel(
  proxy: URL,
  addresses: readonly Address[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const [first] = addresses;
  const target = `${first?.family === 6 ? `[${first.address}]` : first?.address}:${port}`;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  const headers = { host: target, ...(proxy.username ? authorization : {}) };
  const opening = request({
    host: hostOf(proxy),
    port: portOf(proxy),
    method: 'CONNECT',
    path: target,
    headers,
    signal,
    agent: false,
  });
  opening.end();
  const [response, socket] = await new Promise<[IncomingMessage, Socket]>((resolve, reject) => {
    opening.once('connect', (answer, tunnel: Socket) => resolve([answer, tunnel])).once('error', reject);
  });
  ignoreLateErrors(socket);
  if (response.statusCode === 200) return socket;
  socket.destroy();
  throw new Error(`the forward proxy answered ${response.statusCode}`);
}

/** Server name and certificate check stay with the name of the URL. */
export async function secure(
  socket: Socket,
  url: URL,
  tls: ClientTls | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const host = hostOf(url);
  const servername = isIP(host) ? undefined : host;
  const secured = connectTls({ ...tls, socket, host, servername, ALPNProtocols: ['http/1.1'] });
  ignoreLateErrors(secured);
  await once(secured, 'secureConnect', { signal });
  return secured;
}

/** Whoever awaits a socket sees its error; one that comes when nobody waits any more must not end the process. */
const ignoreLateErrors = (socket: Socket): void => void socket.on('error', () => undefined);
