/**
 * Every request to an address that a partner gave us. The name is resolved for each request, each address is checked,
 * and the connection goes to a checked one, new or kept from a request to the very same; no redirect is followed, so no
 * later step can slip by.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';

import { startClock } from './clock.js';
import { hopHeaders } from './hop.js';
import { HostNames, type AskName } from './host-names.js';
import { openSocket, secure } from './outbound-connect.js';
import type { Address, ClientTls } from './outbound-connect.js';
import { OutboundFailed, OutboundRefused } from './outbound-errors.js';
import type { FailureKind } from './outbound-errors.js';
import { exchange } from './outbound-exchange.js';
import { KeptConnections } from './outbound-kept.js';
import type { Answer, Message } from './outbound-connection.js';
import { checkAddress, checkUrl, hostOf } from './outbound-policy.js';
import type { OutboundPolicy } from './outbound-policy.js';

export interface OutboundOptions extends OutboundPolicy {
  /** For the whole request, from name resolution to the last byte. */
  timeoutMs: number;
  /** A longer answer is cut here. */
  maxResponseBytes: number;
  /** `http://[user:password@]host:port`; chosen by the operator, so not checked. */
  proxyUrl?: string;
  lookup?: AskName;
}

export interface OutboundRequest extends Message {
  url: string;
  /** `host` (every port) or `host:port`, IPv6 in brackets; absent: every host. */
  allowedHosts?: readonly string[];
  timeoutMs?: number;
  tls?: ClientTls;
  signal?: AbortSignal;
}

export interface OutboundResponse extends Answer {
  /** What we were connected to; the proxy's where there is one. */
  address: string;
  durationMs: number;
}

export interface Outbound {
  /** @throws OutboundRefused, OutboundFailed */
  request: (request: OutboundRequest) => Promise<OutboundResponse>;
  /** The rules that need no name server, for a URL at its intake. @throws OutboundRefused */
  assertAllowed: (url: string, allowedHosts?: readonly string[]) => void;
}

export function createOutbound(options: OutboundOptions): Outbound {
  const shared = { ...options, kept: new KeptConnections(), names: new HostNames(options.lookup ?? askSystem) };
  return {
    request: (request) => send(request, shared),
    assertAllowed: (url, allowedHosts) => void checkUrl(url, options, allowedHosts),
  };
}

const askSystem: AskName = (host) => systemLookup(host, { all: true });

/** What all requests share. */
interface Shared extends OutboundOptions {
  kept: KeptConnections;
  names: HostNames;
}

interface Progress {
  stage: FailureKind;
  address?: string | undefined;
}

async function send(request: OutboundRequest, options: Shared): Promise<OutboundResponse> {
  const url = checkUrl(request.url, options, request.allowedHosts);
  const started = performance.now();
  const { signal, stop } = startClock(request.timeoutMs ?? options.timeoutMs, undefined, request.signal);
  const progress: Progress = { stage: 'dns' };
  const duration = () => Math.round(performance.now() - started);
  try {
    const hopping = { ...request, headers: { ...hopHeaders(), ...request.headers } };
    const answer = await attempt(hopping, url, options, signal, progress);
    return { ...answer, address: progress.address ?? '', durationMs: duration() };
  } catch (error) {
    if (error instanceof OutboundRefused) throw error;
    const cutOff = request.signal?.aborted === true ? 'aborted' : 'timeout';
    throw new OutboundFailed(signal.aborted ? cutOff : progress.stage, duration(), progress.address, error);
  } finally {
    stop();
  }
}

async function attempt(
  request: OutboundRequest,
  url: URL,
  options: Shared,
  signal: AbortSignal,
  progress: Progress,
): Promise<Answer> {
  const addresses =
    addressItself(hostOf(url)) ?? (await unlessAborted(resolveHost(hostOf(url), options.names), signal));
  for (const { address } of addresses) checkAddress(address, options);
  const open = async (): Promise<Socket> => {
    progress.stage = 'connect';
    const socket = await openSocket(url, addresses, options.proxyUrl, signal);
    progress.address = socket.remoteAddress;
    progress.stage = 'tls';
    if (url.protocol !== 'https:') return socket;
    return secure(socket, url, request.tls, signal).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  };
  const connected = (socket: Socket): void => {
    progress.address = socket.remoteAddress;
    progress.stage = 'response';
  };
  const place = options.kept.placeOf(url, addresses, request.tls);
  return exchange(request, url, place, { open, connected }, options.maxResponseBytes, signal);
}

function addressItself(host: string): readonly Address[] | undefined {
  const family = isIP(host);
  return family === 0 ? undefined : [{ address: host, family }];
}

async function resolveHost(host: string, names: HostNames): Promise<readonly Address[]> {
  const addresses = await names.addressesOf(host);
  if (addresses.length === 0) throw new Error('the name has no address');
  return addresses;
}

/** Name resolution itself cannot be stopped, only no longer waited for. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
