/**
 * Administrators of an OpenID Connect issuer (Discovery 1.0, RFC 9068 access tokens or ID tokens). The issuer says who
 * somebody is and which role they have; a token that was called back here is refused before it expires.
 */
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from 'jose';
import type { Sql } from '../entities/database/database.js';
import { readEndedSessions } from '../entities/admins/oidc-logout.repository.js';
import { readRevocations } from '../entities/admins/revoked-admin.repository.js';
import { OutboundFailed, OutboundRefused } from '../platform/outbound-errors.js';
import type { Outbound } from '../platform/outbound-http.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import { ROLES, type Role } from '../protocol/vocabulary.js';
import type { Admin } from './principal.js';

const AWAY = 'the OpenID Connect issuer does not answer: try again later';

export interface OidcSettings {
  issuer: string;
  audience: string;
  /** The console's own name at the issuer, to which logout tokens are addressed. */
  clientId: string;
  /** Name or path of the claim: `roles`, `realm_access.roles`. */
  rolesClaim: string;
}

/** Asymmetric only: a secret shared with the issuer would be one that leaks here. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 5;
/** Actors of the audit whose names no issuer may give; `cli:` is the command line's. */
const OURS = /^((anonymous|bootstrap-admin|gateway|issuer|jwks-refresh)$|local:|cli:)/;
const FRESH_MS = 1000;
/** A key that we do not know yet may be the issuer's next one; how often it is asked, whatever comes. */
const NEW_KEYS_MS = 5_000;
/** An open WebSocket asks at each event; its token's signature is not checked anew every time. */
const PROVEN_MS = 10_000;

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A logout token that is older was held back. */
const LOGOUT_AGE = '5m';

type IssuerKeys = ReturnType<typeof createRemoteJWKSet>;

/** Who is signed out: one session where the issuer names it, else all of a subject. */
export interface IssuerLogout {
  jti: string;
  sid?: string;
  subject?: string;
}

export class OidcAdmins {
  #keys: Promise<IssuerKeys> | undefined;
  readonly #proven = new Map<string, { until: number; payload: JWTPayload }>();
  #revocations: { at: number; known: Promise<[revoked: Map<string, Date>, ended: Set<string>]> } | undefined;

  constructor(
    private readonly settings: OidcSettings,
    private readonly outbound: Outbound,
    private readonly sql: Sql,
    private readonly clock: () => Date,
  ) {}

  /** Whether a token names our issuer; its signature decides whether that is true. */
  issued(token: string): boolean {
    try {
      const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      return (
        typeof payload === 'object' && payload !== null && 'iss' in payload && payload.iss === this.settings.issuer
      );
    } catch {
      return false;
    }
  }

  /** @throws when the token is no good here; the cause is for the log only */
  async authenticate(token: string): Promise<Admin> {
    const payload = await this.#prove(token);
    const subject = payload.sub ?? '';
    if (!/^[\x21-\x7e]{1,255}$/.test(subject) || OURS.test(subject)) throw new Error('sub is not usable');
    await this.#refuseRevoked(subject, payload);
    const role = roleIn(claimAt(payload, this.settings.rolesClaim));
    if (role === undefined) throw new Error('the roles claim names no role of this gateway');
    return { kind: 'admin', subject, role };
  }

  /** @throws when it is no logout token for us (OpenID Connect Back-Channel Logout 1.0, section 2.6) */
  async readLogout(token: string): Promise<IssuerLogout> {
    const { issuer, clientId: audience } = this.settings;
    const { payload, protectedHeader } = await jwtVerify(token, await this.#issuerKeys(), {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['iat', 'jti', 'events'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: LOGOUT_AGE,
      currentDate: this.clock(),
    });
    if (!/^(logout\+jwt|jwt)$/i.test(protectedHeader.typ ?? 'JWT')) throw new Error('typ is of another token');
    const { sub: subject, sid, jti = '', events, nonce } = payload;
    if (nonce !== undefined) throw new Error('a token with a nonce is an ID token');
    if (typeof events !== 'object' || events === null || !Object.hasOwn(events, LOGOUT_EVENT))
      throw new Error('events names no logout');
    if (typeof sid === 'string' && sid !== '') return { jti, sid, ...(subject === undefined ? {} : { subject }) };
    if (subject === undefined) throw new Error('neither sub nor sid is given');
    return { jti, subject };
  }

  /** @throws where no token could be checked: the issuer does not answer, or calls itself otherwise */
  async reach(): Promise<void> {
    await (await this.#issuerKeys()).reload();
  }

  /** What was ended is looked up anew at the next question. */
  forget(): void {
    this.#revocations = undefined;
  }

  async #prove(token: string): Promise<JWTPayload> {
    const known = this.#proven.get(token);
    const seconds = this.clock().getTime() / 1000;
    if (known !== undefined && performance.now() < known.until && seconds < (known.payload.exp ?? 0))
      return known.payload;
    const { issuer, audience } = this.settings;
    const { payload } = await jwtVerify(token, await this.#issuerKeys(), {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: this.clock(),
    });
    if (this.#proven.size >= 1_000) this.#proven.clear();
    this.#proven.set(token, { until: performance.now() + PROVEN_MS, payload });
    return payload;
  }

  async #refuseRevoked(subject: string, { iat = 0, sid }: JWTPayload): Promise<void> {
    if (this.#revocations === undefined || performance.now() - this.#revocations.at >= FRESH_MS)
      this.#revocations = {
        at: performance.now(),
        known: Promise.all([readRevocations(this.sql), readEndedSessions(this.sql)]),
      };
    const [revoked, ended] = await this.#revocations.known;
    if (typeof sid === 'string' && ended.has(sid)) throw new Error('the session of this token has ended');
    const revokedAt = revoked.get(subject);
    // A token says when it was issued in whole seconds; one of the very second of the revocation is refused too.
    if (revokedAt !== undefined && iat * 1000 <= revokedAt.getTime())
      throw new Error('the tokens of this admin were revoked');
  }

  /** Found once; an issuer that could not be reached is asked again at the next token. */
  #issuerKeys(): Promise<IssuerKeys> {
    if (this.#keys === undefined) {
      this.#keys = this.#discover();
      this.#keys.catch(() => (this.#keys = undefined));
    }
    return this.#keys;
  }

  async #discover(): Promise<IssuerKeys> {
    const { issuer } = this.settings;
    const response = await this.#fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const metadata: unknown = await response.json();
    if (typeof metadata !== 'object' || metadata === null || !('issuer' in metadata))
      throw new Error('the metadata of the OpenID Connect issuer names no issuer');
    if (metadata.issuer !== issuer)
      throw new Error(
        `the OpenID Connect issuer calls itself ${JSON.stringify(metadata.issuer)}: set ADMIN_OIDC_ISSUER so`,
      );
    if (!('jwks_uri' in metadata) || typeof metadata.jwks_uri !== 'string')
      throw new Error('the metadata of the OpenID Connect issuer names no jwks_uri');
    return createRemoteJWKSet(new URL(metadata.jwks_uri), {
      cacheMaxAge: 300_000,
      cooldownDuration: NEW_KEYS_MS,
      [customFetch]: (url) => this.#fetch(url),
    });
  }

  /** @throws ServiceUnavailable where the issuer does not give it */
  async #fetch(url: string): Promise<Response> {
    try {
      const { status, body } = await this.outbound.request({
        url,
        method: 'GET',
        headers: { accept: 'application/json' },
      });
      if (status !== 200) throw new ServiceUnavailable(`${AWAY}: it answered ${status}`);
      return new Response(new Uint8Array(body), { status });
    } catch (cause) {
      if (cause instanceof OutboundFailed || cause instanceof OutboundRefused)
        throw new ServiceUnavailable(AWAY, { cause });
      throw cause;
    }
  }
}

function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path.split('.').reduce<unknown>((value, name) => {
    return typeof value === 'object' && value !== null
      ? Object.entries(value).find(([key]) => key === name)?.[1]
      : undefined;
  }, payload);
}

/** One of several roles counts: the first in the order ADMIN, OPERATOR, AUDITOR, MONITOR. */
function roleIn(claim: unknown): Role | undefined {
  const list: unknown[] = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(/[\s,]+/) : [];
  const given = new Set(list.map((role) => String(role).toUpperCase()));
  return ROLES.find((role) => given.has(role));
}
