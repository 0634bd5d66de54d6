/** What a request is to the facade, whoever has routed it: Express, or nobody. */
import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';
import { codedDigest } from '../platform/coded-body.js';
import { readCertificate, type ClientCertificate } from '../access/client-certificate.js';
import type { ReceivedRequest } from './exchange.js';
import type { FacadeServices } from './services.js';

type Trusting = Pick<FacadeServices, 'trusts' | 'mtlsHeader'>;

export function receivedOf(
  request: IncomingMessage & { originalUrl?: string },
  body: Buffer,
  services: Trusting,
): ReceivedRequest {
  const { method = '', url = '', originalUrl = url, headers } = request;
  const remoteAddress = proxyAddress(request, services.trusts);
  const certificate = certificateOf(request, services);
  return { method, url: originalUrl, headers, body, codedHash: codedDigest(request), remoteAddress, certificate };
}

/** The client certificate that a proxy of `TRUST_PROXY` passed; from any other address the header is nobody's proof. */
export function certificateOf(
  { headers, socket }: IncomingMessage,
  { mtlsHeader, trusts }: Trusting,
): ClientCertificate | undefined {
  const value = mtlsHeader === undefined ? undefined : headers[mtlsHeader];
  if (typeof value !== 'string' || value === '') return undefined;
  return trusts(socket.remoteAddress ?? '', 0) ? readCertificate(value) : undefined;
}
