/**
 * Senders with keys and agreements, as the hot path needs them: read once a second at most, so that a change made by
 * another process holds within a second and one made here at once.
 */
import type { KeyObject } from 'node:crypto';
import type { Sql } from '../entities/database/database.js';
import { loadSender, REFERENCE, sendersReferredTo, type SenderProfile } from '../entities/senders/sender.repository.js';
import { Kept } from '../platform/kept.js';
import { importPublicKey } from '../protocol/signature/keys.js';
import type { VerificationKey } from '../protocol/signature/signature.js';
import { credentialOf } from './token.js';

const FRESH_MS = 1000;

export interface KnownSender extends SenderProfile {
  /** Signature keys that are not revoked, by kid. */
  verificationKeys: Map<string, VerificationKey>;
  /** Of its client secret, as access tokens have it. */
  credential: string;
  /** Of the access token in use; absent = not limited. */
  scopes?: string[];
}

export class SenderDirectory {
  readonly #senders = new Map<string, Kept<KnownSender | undefined>>();
  /** Key objects outlive the profile: importing one costs more than the read. */
  readonly #keyObjects = new Map<string, KeyObject>();

  constructor(
    private readonly sql: Sql,
    private readonly maxEntries = 10_000,
  ) {}

  bySenderId(senderId: string): Promise<KnownSender | undefined> {
    return this.#get('sender_id', senderId);
  }

  byClientId(clientId: string): Promise<KnownSender | undefined> {
    return this.#get('client_id', clientId);
  }

  /** Ids of those whom a name in a consent may mean: the sender of that id, else whoever OpenG2P calls so. */
  async named(name: string): Promise<string[]> {
    if ((await this.bySenderId(name)) !== undefined) return [name];
    return name.startsWith(REFERENCE) ? sendersReferredTo(this.sql, name) : [];
  }

  /** After a change made here; other processes follow within a second. */
  forget(): void {
    this.#senders.clear();
  }

  #get(by: 'sender_id' | 'client_id', value: string): Promise<KnownSender | undefined> {
    const name = `${by} ${value}`;
    let sender = this.#senders.get(name);
    if (sender === undefined) {
      if (this.#senders.size >= this.maxEntries) this.#senders.clear();
      sender = new Kept(() => this.#load(by, value), FRESH_MS);
      this.#senders.set(name, sender);
    }
    return sender.get();
  }

  async #load(by: 'sender_id' | 'client_id', value: string): Promise<KnownSender | undefined> {
    const profile = await loadSender(this.sql, by, value);
    if (profile === undefined) return undefined;
    const verificationKeys = new Map<string, VerificationKey>();
    for (const key of profile.keys.filter(({ use }) => use === 'SIG'))
      verificationKeys.set(key.kid, this.#verificationKey(key));
    return { ...profile, verificationKeys, credential: credentialOf(profile) };
  }

  #verificationKey(key: SenderProfile['keys'][number]): VerificationKey {
    const name = JSON.stringify(key.publicJwk);
    let keyObject = this.#keyObjects.get(name);
    if (keyObject === undefined) {
      // A sender may publish other keys again and again.
      if (this.#keyObjects.size >= this.maxEntries) this.#keyObjects.clear();
      keyObject = importPublicKey({ jwk: key.publicJwk }).keyObject;
      this.#keyObjects.set(name, keyObject);
    }
    return { kid: key.kid, algorithm: key.algorithm as VerificationKey['algorithm'], keyObject };
  }
}
