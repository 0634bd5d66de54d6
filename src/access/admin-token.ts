/** The bootstrap administrator: one bearer token of role ADMIN, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from './principal.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export class AdminToken {
  readonly #expected: Buffer;

  constructor(token: string) {
    this.#expected = digest(token);
  }

  authenticate(token: string): Principal | undefined {
    return timingSafeEqual(digest(token), this.#expected)
      ? { kind: 'admin', subject: 'bootstrap-admin', role: 'ADMIN' }
      : undefined;
  }
}
