/** What a request to a receiver carries beside the message: an access token of its own token endpoint or one that never changes, our certificate. */
import type { SenderOutbound, SenderOutboundStore } from '../entities/senders/sender-outbound.repository.js';
import type { ClientTls } from '../platform/outbound-connect.js';
import { OutboundFailed, OutboundRefused } from '../platform/outbound-errors.js';
import type { Outbound, OutboundResponse } from '../platform/outbound-http.js';

/** The receiver's token endpoint gave none: its fault, as the attempt's row tells. */
export class NoAccessToken extends Error {}

export interface Credentials {
  tls?: ClientTls;
  authorization?: string;
}

const FRESH_MS = 1000;
/** A token is renewed so long before its end; one that does not live long, in the middle of its life. */
const MARGIN_SECONDS = 30;

interface Asked {
  /** By which settings. */
  by: string;
  /** Whoever needs it while it is asked for waits for the same answer. */
  token: Promise<string>;
  until: number;
  /** Once it is here. */
  authorization?: string;
}

export class ReceiverCredentials {
  readonly #settings = new Map<string, { loadedAt: number; settings: Promise<SenderOutbound> }>();
  readonly #tokens = new Map<string, Asked>();

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
      ...(token === undefined ? {} : { authorization: bearing(token) }),
    };
  }

  /** After a 401: the next attempt asks for a new token, unless the one that was refused has been replaced meanwhile. */
  forgetToken(id: string, authorization: string | undefined): void {
    if (this.#tokens.get(id)?.authorization === authorization) this.#tokens.delete(id);
  }

  async #settingsOf(id: string): Promise<SenderOutbound> {
    const known = this.#settings.get(id);
    if (known !== undefined && performance.now() - known.loadedAt < FRESH_MS) return known.settings;
    const settings = this.store.load(id);
    this.#settings.set(id, { loadedAt: performance.now(), settings });
    settings.catch(() => this.#settings.delete(id));
    return settings;
  }

  #tokenOf(id: string, oauth: OAuth, tls: ClientTls | undefined): Promise<string> {
    const by = JSON.stringify([oauth, tls]);
    const known = this.#tokens.get(id);
    if (known?.by === by && performance.now() < known.until) return known.token;
    const asked: Asked = { by, token: this.#askFor(oauth, tls).then(keep), until: Infinity };
    function keep({ token, expiresIn }: Answered): string {
      asked.until = performance.now() + 1000 * Math.max(expiresIn - MARGIN_SECONDS, expiresIn / 2);
      asked.authorization = bearing(token);
      return token;
    }
    this.#tokens.set(id, asked);
    asked.token.catch(() => {
      if (this.#tokens.get(id) === asked) this.#tokens.delete(id);
    });
    return asked.token;
  }

  async #askFor(oauth: OAuth, tls: ClientTls | undefined): Promise<Answered> {
    const { clientId: client_id, clientSecret: client_secret, scope, tokenUrl: url } = oauth;
    const form = {
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      ...(scope === undefined ? {} : { scope }),
    };
    const request = {
      url,
      method: 'POST' as const,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      ...(tls === undefined ? {} : { tls }),
    };
    return readToken(await this.outbound.request(request).catch(saidOfTokenEndpoint));
  }
}

type OAuth = NonNullable<SenderOutbound['oauth']>;
interface Answered {
  token: string;
  expiresIn: number;
}

const bearing = (token: string): string => `Bearer ${token}`;

/** Or it would be read as the receiver's. */
function saidOfTokenEndpoint(error: unknown): never {
  if (error instanceof OutboundFailed || error instanceof OutboundRefused)
    throw new NoAccessToken(`the receiver’s token endpoint: ${error.message}`, { cause: error });
  throw error;
}

function readToken({ status, body }: OutboundResponse): Answered {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { access_token?: unknown; expires_in?: unknown };
    const { access_token: token, expires_in: expiresIn } = answer;
    if (status === 200 && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token))
      return { token, expiresIn: Math.max(0, Number(expiresIn ?? 60) || 0) };
  } catch {
    // Falls through to the one refusal below.
  }
  throw new NoAccessToken(`the receiver’s token endpoint answered ${status} without an access token`);
}
