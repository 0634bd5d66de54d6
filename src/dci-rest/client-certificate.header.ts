import type { Request } from 'express';
import { readCertificate, type ClientCertificate } from '../access/client-certificate.js';

/** The client certificate that a proxy of `TRUST_PROXY` passed; from any other address the header is nobody's proof. */
export function certificateOf(request: Request, header: string | undefined): ClientCertificate | undefined {
  const value = header === undefined ? undefined : request.headers[header];
  if (typeof value !== 'string' || value === '') return undefined;
  const trusts = request.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean;
  return trusts(request.socket.remoteAddress, 0) ? readCertificate(value) : undefined;
}
