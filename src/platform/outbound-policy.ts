/** What can be said of a partner's URL before its name is resolved. */
import { isIP } from 'node:net';

import { isAllowedAddress } from './outbound-address.js';
import { OutboundRefused } from './outbound-errors.js';

export interface OutboundPolicy {
  allowHttp: boolean;
  allowPrivate: boolean;
}

/**
 * @param allowedHosts `host` (every port) or `host:port`, IPv6 in brackets; absent: every host
 * @throws OutboundRefused
 */
export function checkUrl(text: string, policy: OutboundPolicy, allowedHosts?: readonly string[]): URL {
  const url = URL.parse(text);
  if (url === null) throw new OutboundRefused('the URL is not valid: write it as https://host/path');
  if (url.protocol === 'http:' && !policy.allowHttp)
    throw new OutboundRefused(
      'the URL must start with https://; http:// is for gateways with ALLOW_HTTP_CALLBACKS=true',
    );
  if (!/^https?:$/.test(url.protocol)) throw new OutboundRefused('the URL must start with https://');
  if (url.username || url.password) throw new OutboundRefused('the URL must not hold a user name or password');
  checkHost(text, url, policy);
  if (allowedHosts && !allowedHosts.some((entry) => matchesHost(entry, url)))
    throw new OutboundRefused(
      'the host of the URL is not registered for this sender: have the registry add it to the callback hosts',
    );
  return url;
}

function checkHost(text: string, url: URL, policy: OutboundPolicy): void {
  const host = hostOf(url);
  // The URL parser turns 2130706433, 0177.0.0.1 and 0x7f.1 into 127.0.0.1: who writes so has something to hide.
  if (isIP(host) === 4 && !text.slice(text.indexOf('//') + 2).startsWith(host))
    throw new OutboundRefused('the URL must write an IPv4 address as four decimal numbers');
  if (isIP(host) !== 0) return checkAddress(host, policy);
  if (/(^|\.)localhost\.?$/.test(host) && !policy.allowPrivate) throw notPublic();
}

/** @throws OutboundRefused without naming the address: a partner need not learn what our name server knows */
export function checkAddress(address: string, policy: OutboundPolicy): void {
  if (!isAllowedAddress(address, policy.allowPrivate)) throw notPublic();
}

const notPublic = (): OutboundRefused =>
  new OutboundRefused(
    'the host of the URL must have public addresses only, none that are private or reserved; private ones are for gateways with ALLOW_PRIVATE_CALLBACKS=true',
  );

/** Without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function matchesHost(entry: string, url: URL): boolean {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry.trim()) ?? [];
  if (URL.parse(`https://${host}`)?.hostname !== url.hostname) return false;
  return port === undefined || Number(port) === portOf(url);
}
