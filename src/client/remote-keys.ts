/** The public keys of the other side, from its JWKS: fetched again when a message names one that is new, and in time. */
import type { EncryptionKey } from '../protocol/envelope/encryption.js';
import { importPublicKey } from '../protocol/signature/keys.js';
import { ENCRYPTION_ALGORITHMS } from '../protocol/signature/key.policy.js';
import type { VerificationKey } from '../protocol/signature/signature.js';
import { readAnswer } from './answer-body.js';
import { CallRefused } from './call-refused.js';

/** Strangers must not make us fetch at will. */
const COOL_DOWN_MS = 10_000;
/** A key that was revoked is believed no longer than this. */
const FRESH_MS = 300_000;

type Jwk = Record<string, unknown> & { kid?: string; use?: string };

export class RemoteKeys {
  #keys: Jwk[] = [];
  #fetchedAt = -Infinity;
  /** Shared by all who wait for it. */
  #fetching: Promise<void> | undefined;

  /** @param freshMs after which what is known is fetched again */
  constructor(
    private readonly url: string,
    private readonly freshMs = FRESH_MS,
  ) {}

  /** @throws CallRefused where the JWKS cannot be read */
  async verificationKey(kid: string): Promise<VerificationKey | undefined> {
    const jwk = await this.#find((key) => key.kid === kid && key.use !== 'enc');
    if (jwk === undefined) return undefined;
    const { algorithm, keyObject } = importPublicKey({ jwk });
    return { kid, algorithm: algorithm as VerificationKey['algorithm'], keyObject };
  }

  /** The key to encrypt to. @throws CallRefused where there is none */
  async encryptionKey(): Promise<EncryptionKey> {
    const jwk = await this.#find(({ use }) => use === 'enc');
    const algorithm = ENCRYPTION_ALGORITHMS.find((name) => name === jwk?.['alg']);
    if (jwk?.kid === undefined || algorithm === undefined)
      throw new CallRefused({ status: 0, message: `${this.url} offers no encryption key` });
    return { kid: jwk.kid, algorithm, publicJwk: jwk };
  }

  async #find(wanted: (jwk: Jwk) => boolean): Promise<Jwk | undefined> {
    const known = this.#keys.find(wanted);
    const age = performance.now() - this.#fetchedAt;
    if (age < (known === undefined ? COOL_DOWN_MS : this.freshMs)) return known;
    this.#fetching ??= this.#refresh().finally(() => (this.#fetching = undefined));
    await this.#fetching;
    return this.#keys.find(wanted);
  }

  async #refresh(): Promise<void> {
    this.#keys = await this.#fetch();
    this.#fetchedAt = performance.now();
  }

  async #fetch(): Promise<Jwk[]> {
    const response = await fetch(this.url, { signal: AbortSignal.timeout(10_000) });
    const body: unknown = response.ok ? await jsonIn(response).catch(() => undefined) : undefined;
    const keys: unknown = Object(body).keys;
    if (!Array.isArray(keys)) throw new CallRefused({ status: response.status, message: `${this.url} is not a JWKS` });
    return keys as Jwk[];
  }
}

const jsonIn = async (response: Response): Promise<unknown> =>
  JSON.parse((await readAnswer(response)).toString('utf8'));
