/**
 * A partner's client: gets its token, signs what it sends, proves that the reply is the registry's. Imports nothing of
 * the gateway but the protocol, so that a partner may take it over as it is.
 */
import { randomUUID, type KeyObject } from 'node:crypto';
import { decryptMessage, encryptMessage } from '../protocol/envelope/encryption.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { ProtocolError } from '../protocol/errors.js';
import { readAnswer } from './answer-body.js';
import { CallRefused, readRefusal } from './call-refused.js';
import {
  searchMessage,
  subscribeMessage,
  unsubscribeMessage,
  type NameValue,
  type SearchOptions,
  type SubscribeOptions,
} from './messages.js';
import { RemoteKeys } from './remote-keys.js';
import { proveMessage, signRequest, type Signer } from './signed-message.js';

export interface ClientOptions extends Signer {
  /** Of the gateway, such as `https://registry.example.org`. */
  url: string;
  clientId: string;
  clientSecret: string;
  /** DCI id of the registry, where requests are to name it. */
  receiverId?: string | undefined;
  /** Encrypts requests; replies then come encrypted too and need `decryptionKey`. */
  encrypt?: boolean;
  decryptionKey?: KeyObject | undefined;
  /** That an answer may take; a minute where left out. */
  timeoutMs?: number;
}

/** A reply whose signature was checked against the registry's JWKS. */
export interface Reply {
  /** The key that signed it; undefined for an ACK, which the specification leaves unsigned. */
  signedBy: string | undefined;
  /** As it came, with `message` decrypted. */
  body: JsonObject;
}

/** Seconds before its end at which a token is no longer used. */
const TOKEN_MARGIN = 30;
/** For an answer; the registry's own limit of an operation is shorter. */
const TIMEOUT_MS = 60_000;

export class DciClient {
  readonly keys: RemoteKeys;
  #token: { text: string; until: number } | undefined;

  constructor(private readonly options: ClientOptions) {
    this.keys = new RemoteKeys(`${options.url}/.well-known/jwks.json`);
  }

  /** An access token, kept until shortly before it ends. @throws CallRefused */
  async token(): Promise<string> {
    const now = this.options.clock().getTime() / 1000;
    if (this.#token !== undefined && this.#token.until > now) return this.#token.text;
    return this.newToken();
  }

  /** Another one: also tells whether the registry is there and lets us in. @throws CallRefused */
  async newToken(): Promise<string> {
    const now = this.options.clock().getTime() / 1000;
    const { url, clientId, clientSecret } = this.options;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const answer = await this.#post(`${url}/oauth2/token`, {}, new URLSearchParams(form).toString(), FORM);
    const { access_token: text, expires_in: seconds } = Object(JSON.parse(answer.body.toString('utf8')));
    if (typeof text !== 'string')
      throw new CallRefused({ status: answer.status, message: 'the answer has no access_token' });
    this.#token = { text, until: now + Number(seconds) - TOKEN_MARGIN };
    return text;
  }

  /** Records of a registry (`social`, `crvs`, …), by identifier or attributes. */
  search(registry: string, question: SearchOptions): Promise<Reply> {
    const message = searchMessage(question, this.options.clock());
    return this.ask(`${registry}/registry/sync/search`, 'search', message);
  }

  /** The same question; its answer goes to `callback` as `on-search`. */
  searchLater(registry: string, question: SearchOptions, callback: string): Promise<Reply> {
    const message = searchMessage(question, this.options.clock());
    return this.request(`${registry}/registry/search`, 'search', message, callback);
  }

  /** Whether something is true of a person; no record is released. */
  verify(registry: string, ids: NameValue[], claims: Record<string, string | number | boolean>): Promise<Reply> {
    const person = Object.fromEntries(ids.map(({ name, value }) => [name, value]));
    return this.short('verify', { registry, verify: { ...person, ...claims } });
  }

  /** To be told of events: `callback` takes the answer (`on-subscribe`), and notifications unless there is a notify URI. */
  subscribe(registry: string, wish: SubscribeOptions, callback: string): Promise<Reply> {
    const message = subscribeMessage(wish, this.options.clock());
    return this.request(`${registry}/registry/subscribe`, 'subscribe', message, callback);
  }

  /** Ends own subscriptions, by the codes that `on-subscribe` told. */
  unsubscribe(registry: string, codes: string[], callback?: string): Promise<Reply> {
    const message = unsubscribeMessage(codes, this.options.clock());
    return this.request(`${registry}/registry/unsubscribe`, 'unsubscribe', message, callback);
  }

  /** An envelope to an endpoint that answers at once, such as `social/registry/sync/search`. @throws CallRefused or a ProtocolError */
  ask(path: string, action: string, message: JsonObject, header: JsonObject = {}): Promise<Reply> {
    return this.#envelope(path, action, message, header, true);
  }

  /** An envelope to an endpoint that only acknowledges; the answer goes to `senderUri`. */
  request(path: string, action: string, message: JsonObject, senderUri?: string): Promise<Reply> {
    return this.#envelope(path, action, message, senderUri === undefined ? {} : { sender_uri: senderUri }, false);
  }

  /** The short form (`search`, `verify`, `subscribe`, `unsubscribe`), signed in the headers whatever the profile. */
  async short(path: string, body: JsonObject): Promise<Reply> {
    const { url, senderId } = this.options;
    const target = `${url}/dci/v1/${path}`;
    const content = { transaction_id: randomUUID(), sender_id: senderId, ...body };
    const signer: Signer = { ...this.options, profile: 'HTTP' };
    const request = await signRequest(signer, content, { url: target, token: await this.token() });
    const answer = await this.#post(target, request.headers, request.body);
    return this.#prove({ ...signer }, answer);
  }

  async #envelope(
    path: string,
    action: string,
    message: JsonObject,
    extra: JsonObject,
    signed: boolean,
  ): Promise<Reply> {
    const { url, encrypt } = this.options;
    const target = `${url}/dci/v1/${path}`;
    const header = { ...this.#header(action, message), ...extra, ...(encrypt ? { is_msg_encrypted: true } : {}) };
    const content = encrypt ? await this.#encrypted(message) : message;
    const request = await signRequest(
      this.options,
      { header, message: content },
      { url: target, token: await this.token() },
    );
    const answer = await this.#post(target, request.headers, request.body);
    if (signed) return this.#open(await this.#prove(this.options, answer));
    const body = JSON.parse(answer.body.toString('utf8')) as JsonObject;
    return { signedBy: undefined, body };
  }

  async #encrypted(message: JsonObject): Promise<JsonObject> {
    const encrypted = await encryptMessage(message, await this.keys.encryptionKey());
    return { ...encrypted, header: encrypted.header as JsonObject };
  }

  #header(action: string, message: JsonObject): JsonObject {
    const { senderId, receiverId, clock } = this.options;
    const items = Object.values(message).find((value) => Array.isArray(value));
    return {
      version: '1.0.0',
      message_id: randomUUID(),
      message_ts: clock().toISOString(),
      action,
      sender_id: senderId,
      ...(receiverId === undefined ? {} : { receiver_id: receiverId }),
      total_count: Array.isArray(items) ? items.length : 1,
    };
  }

  async #prove({ profile, clock }: Signer, { status, headers, body }: Answer): Promise<Reply> {
    const received = { headers: Object.fromEntries(headers), body, to: { status } };
    const { document, kid } = await proveMessage(profile, received, { keys: this.keys, now: clock() });
    return { signedBy: kid, body: document };
  }

  async #open({ signedBy, body }: Reply): Promise<Reply> {
    if (Object(body['header']).is_msg_encrypted !== true) return { signedBy, body };
    const { decryptionKey } = this.options;
    if (decryptionKey === undefined)
      throw new CallRefused({ status: 200, message: 'the reply is encrypted: give the private key that opens it' });
    return { signedBy, body: { ...body, message: await decryptMessage(body['message'], async () => decryptionKey) } };
  }

  /** @throws CallRefused for every status but 2xx */
  async #post(url: string, headers: Record<string, string>, body: string | Buffer, type?: string): Promise<Answer> {
    const { response, content } = await unlessAway(url, async () => {
      const got = await fetch(url, {
        method: 'POST',
        headers: type === undefined ? headers : { ...headers, 'content-type': type },
        body: typeof body === 'string' ? body : new Uint8Array(body),
        redirect: 'error',
        signal: AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS),
      });
      return { response: got, content: await readAnswer(got) };
    });
    const { status } = response;
    if (response.ok) return { status, headers: response.headers, body: content };
    // It may have been taken back before its end: the next call gets another.
    if (status === 401) this.#token = undefined;
    throw readRefusal(status, jsonOf(content), response.headers.get('retry-after'));
  }
}

interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

const FORM = 'application/x-www-form-urlencoded';

/** Whom was asked, and why there is no answer: `fetch` tells neither. */
async function unlessAway<T>(url: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const { cause = error } = Object(error);
    const { code, message } = Object(cause);
    const why = typeof code === 'string' ? '' : `: ${String(message)}`;
    throw new CallRefused(
      { status: 0, message: `no answer from ${new URL(url).host}${why}`, ...(typeof code === 'string' && { code }) },
      { cause: error },
    );
  }
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
