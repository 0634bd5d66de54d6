/** Our own access tokens: short-lived JWTs, signed with the active server key (RFC 9068 in spirit). */
import { hash, randomUUID, timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { TokenInvalid } from '../protocol/errors.js';
import { JOSE_ALGORITHMS } from '../protocol/signature/keys.js';
import type { KeyRing } from './key-ring.js';

export interface TokenClaims {
  senderId: string;
  clientId: string;
  /** Canonical; none = all that the agreements allow. */
  scopes: string[];
  /** Of the secret at the time of issue: a token ends with it. */
  credential: string;
  /** Thumbprint of the client certificate that it is bound to (RFC 8705). */
  thumbprint?: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}

export interface TokenSettings {
  issuer: string;
  audience: string;
  ttlSeconds: number;
}

export class TokenService {
  /** Verified tokens by their text: a partner sends the same one for minutes. */
  readonly #verified = new Map<string, TokenClaims & { kid: string }>();

  constructor(
    private readonly keyRing: KeyRing,
    private readonly settings: TokenSettings,
  ) {}

  async issue(claims: Omit<TokenClaims, 'expiresAt'>, now: Date): Promise<string> {
    const { kid, algorithm, privateKey } = await this.keyRing.signingKey();
    const issuedAt = Math.floor(now.getTime() / 1000);
    return new SignJWT({
      sender_id: claims.senderId,
      client_id: claims.clientId,
      scope: claims.scopes.join(' '),
      credential: claims.credential,
      ...(claims.thumbprint === undefined ? {} : { cnf: { 'x5t#S256': claims.thumbprint } }),
    })
      .setProtectedHeader({ alg: JOSE_ALGORITHMS[algorithm], kid, typ: 'at+jwt' })
      .setIssuer(this.settings.issuer)
      .setAudience(this.settings.audience)
      .setSubject(claims.senderId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.settings.ttlSeconds)
      .sign(privateKey);
  }

  /** @throws TokenInvalid in the same words for every cause */
  async verify(token: string, now: Date): Promise<TokenClaims> {
    const known = this.#verified.get(token);
    if (known !== undefined && known.expiresAt > now.getTime() / 1000 && (await this.keyRing.publicKey(known.kid)))
      return known;
    const claims = await this.#check(token, now);
    if (this.#verified.size >= 10_000) this.#verified.clear();
    this.#verified.set(token, claims);
    return claims;
  }

  async #check(token: string, now: Date): Promise<TokenClaims & { kid: string }> {
    const kid = kidOf(token) ?? '';
    // That our keys cannot be read now is no fault of the token.
    const key = await this.keyRing.publicKey(kid);
    try {
      if (key === undefined) throw new Error('signed by no key of ours');
      const { issuer, audience } = this.settings;
      const { payload } = await jwtVerify(token, key, { issuer, audience, typ: 'at+jwt', currentDate: now });
      return {
        kid,
        senderId: String(payload.sub),
        clientId: String(payload['client_id']),
        scopes: typeof payload['scope'] === 'string' && payload['scope'] !== '' ? payload['scope'].split(' ') : [],
        credential: String(payload['credential']),
        ...boundTo(payload['cnf']),
        expiresAt: payload.exp ?? 0,
      };
    } catch (cause) {
      throw new TokenInvalid('the access token is invalid or expired: get a new one from /oauth2/client/token', {
        cause,
      });
    }
  }
}

/** What a JWT names as its key; undefined where it names none, or is no JWT, empty where what it names is no text. Nothing is proven yet. */
export function kidOf(jwt: string): string | undefined {
  try {
    // As it came: the type says what should stand there.
    const { kid }: { kid?: unknown } = decodeProtectedHeader(jwt);
    return kid === undefined || typeof kid === 'string' ? kid : '';
  } catch {
    return undefined;
  }
}

function boundTo(cnf: unknown): { thumbprint?: string } {
  if (cnf === undefined) return {};
  const thumbprint = typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf ? cnf['x5t#S256'] : undefined;
  if (typeof thumbprint !== 'string') throw new Error('a token is bound to something unknown');
  return { thumbprint };
}

/** What a token keeps of the client's secret: changes with it, and tells nothing of it. */
export function credentialOf({ clientSecretHash }: { clientSecretHash: string }): string {
  return hash('sha256', `credential ${clientSecretHash}`, 'base64url').slice(0, 16);
}

/**
 * Client secrets are 256 random bits, so one SHA-256 is enough: a slow hash guards guessable passwords, and here it
 * would only hand callers a way to load the server.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

export function secretMatches(secret: string, hashed: string): boolean {
  const given = hash('sha256', secret, 'buffer');
  const expected = Buffer.from(hashed, 'base64url');
  return expected.length === given.length && timingSafeEqual(given, expected);
}
