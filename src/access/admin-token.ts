/** The bootstrap administrator: one bearer token of role ADMIN, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from './principal.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export class AdminToken {
  readonly #expected: Buffer | undefined;

  /** Without a token nobody is this administrator. */
  constructor(token: string | undefined) {
    this.#expected = token === undefined ? undefined : digest(token);
  }

  authenticate(token: string): Extract<Principal, { kind: 'admin' }> | undefined {
    return this.#expected !== undefined && timingSafeEqual(digest(token), this.#expected)
      ? { kind: 'admin', subject: 'bootstrap-admin', role: 'ADMIN' }
      : undefined;
  }
}
