/** The digest of a compressed body as it was sent, which is what RFC 9530 signs: who reads it leaves the inflated one. */
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const digests = new WeakMap<IncomingMessage, Hash>();

/** Stands before whatever reads the body. */
export function digestCoded(request: IncomingMessage, _response: unknown, next: () => void): void {
  if (request.headers['content-encoding'] !== undefined) {
    const digest = createHash('sha256');
    digests.set(request, digest);
    request.on('data', (chunk: Buffer) => digest.update(chunk));
  }
  next();
}

/** SHA-256, once the body was read; undefined of one that came as it is. */
export const codedDigest = (request: IncomingMessage): Buffer | undefined => digests.get(request)?.copy().digest();
