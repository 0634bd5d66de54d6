/** What a request to a receiver carries beside the message: an access token of its own token endpoint or one that never changes, our certificate. */
import type { SenderOutbound, SenderOutboundStore } from '../entities/senders/sender-outbound.repository.js';
import type { ClientTls } from '../platform/outbound-connect.js';
import type { Outbound } from '../platform/outbound-http.js';

/** The receiver's token endpoint gave none: its fault, as the attempt's row tells. */
export class NoAccessToken extends Error {}

export interface Credentials {
  tls?: ClientTls;
  authorization?: string;
}

const FRESH_MS = 1000;
/** A token is renewed so long before its end. */
const MARGIN_SECONDS = 30;

export class ReceiverCredentials {
  readonly #settings = new Map<string, { loadedAt: number; settings: Promise<SenderOutbound> }>();
  readonly #tokens = new Map<string, { settings: string; token: string; until: number }>();

  constructor(
    private readonly store: SenderOutboundStore,
    private readonly outbound: Pick<Outbound, 'request'>,
  ) {}

  /** @param id of the sender's row @throws NoAccessToken */
  async of(id: string): Promise<Credentials> {
    const { oauth, bearer, tls } = await this.#settingsOf(id);
    const token = oauth === undefined ? bearer : await this.#tokenOf(id, oauth, tls);
    return {
      ...(tls === undefined ? {} : { tls }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  /** After a 401: the next attempt asks for a new token. */
  forgetToken(id: string): void {
    this.#tokens.delete(id);
  }

  async #settingsOf(id: string): Promise<SenderOutbound> {
    const known = this.#settings.get(id);
    if (known !== undefined && performance.now() - known.loadedAt < FRESH_MS) return known.settings;
    const settings = this.store.load(id);
    this.#settings.set(id, { loadedAt: performance.now(), settings });
    settings.catch(() => this.#settings.delete(id));
    return settings;
  }

  async #tokenOf(id: string, oauth: NonNullable<SenderOutbound['oauth']>, tls: ClientTls | undefined): Promise<string> {
    const known = this.#tokens.get(id);
    // One that was got with other settings may be another client's, or of a server that is asked no more.
    const settings = JSON.stringify([oauth, tls]);
    if (known?.settings === settings && performance.now() < known.until) return known.token;
    const { clientId: client_id, clientSecret: client_secret, scope, tokenUrl: url } = oauth;
    const form = {
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      ...(scope === undefined ? {} : { scope }),
    };
    const { status, body } = await this.outbound.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      ...(tls === undefined ? {} : { tls }),
    });
    const { token, expiresIn } = readToken(status, body);
    const until = performance.now() + 1000 * Math.max(0, expiresIn - MARGIN_SECONDS);
    this.#tokens.set(id, { settings, token, until });
    return token;
  }
}

function readToken(status: number, body: Buffer): { token: string; expiresIn: number } {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { access_token?: unknown; expires_in?: unknown };
    const { access_token: token, expires_in: expiresIn } = answer;
    if (status === 200 && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token))
      return { token, expiresIn: Number(expiresIn ?? 60) || 0 };
  } catch {
    // Falls through to the one refusal below.
  }
  throw new NoAccessToken(`the receiver’s token endpoint answered ${status} without an access token`);
}
