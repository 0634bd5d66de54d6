/** What the cases of the self-test are made of: messages as a registry sends them, and ways to spoil them. */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../protocol/envelope/json.js';
import { replyHeader } from '../protocol/envelope/reply.js';
import { signRequest, type SignedRequest, type Signer } from './signed-message.js';

export type CallbackAction = 'on-search' | 'on-subscribe' | 'notify';

export interface KitOptions extends Signer {
  /** One of the endpoints, or the one of all. */
  url: string;
  /** The partner's DCI id, sent as `receiver_id`. */
  receiverId: string;
}

export interface Post extends SignedRequest {
  url: string;
}

export class ConformanceKit {
  constructor(readonly options: KitOptions) {}

  /** `…/on-search` has its siblings beside it, as the gateway itself derives them; any other URL takes all. */
  urlOf(action: CallbackAction): string {
    return this.options.url.replace(/\/(on-search|on-subscribe|notify)$/, `/${action}`);
  }

  envelope(action: CallbackAction, message: JsonObject = this.sample(action), header: JsonObject = {}): JsonObject {
    const { senderId, receiverId, clock } = this.options;
    const status = { status: 'SUCCEEDED', totalCount: 1, completedCount: 1 } as const;
    return {
      header: { ...replyHeader(action, { sender_id: receiverId }, senderId, status, clock()), ...header },
      message,
    };
  }

  sign(
    action: CallbackAction,
    content: JsonObject = this.envelope(action),
    signer: Partial<Signer> = {},
  ): Promise<Post> {
    return this.#sign(this.urlOf(action), content, signer);
  }

  sample(action: CallbackAction): JsonObject {
    return SAMPLES[action](this.options.clock().toISOString());
  }

  async #sign(url: string, content: JsonObject, signer: Partial<Signer>): Promise<Post> {
    return { url, ...(await signRequest({ ...this.options, ...signer }, content, { url })) };
  }
}

const PERSON: JsonObject = {
  '@type': 'SRPerson',
  identifier: [{ identifier_type: 'UIN', identifier_value: '000000000' }],
  name: { surname: 'Test', given_name: 'Conformance' },
};

const item = (timestamp: string, members: JsonObject): JsonObject => ({ reference_id: '1', timestamp, ...members });
const ids = (): JsonObject => ({ transaction_id: randomUUID(), correlation_id: randomUUID() });

const SAMPLES: Record<CallbackAction, (now: string) => JsonObject> = {
  'on-search': (now) => ({
    ...ids(),
    search_response: [item(now, { status: 'succ', data: foundData([PERSON]), pagination: pageOf(1) })],
  }),
  'on-subscribe': (now) => ({
    ...ids(),
    subscribe_response: [item(now, { status: 'succ', subscriptions: [subscriptionInfo(now)] })],
  }),
  notify: (now) => ({ transaction_id: randomUUID(), notify_event: [item(now, { data: eventData('UPDATE', PERSON) })] }),
};

/** Records of a page, as `on-search` brings them. */
export const foundData = (records: Json[]): JsonObject => ({
  version: '1.0.0',
  reg_type: 'ns:org:RegistryType:Social',
  reg_record_type: 'SRPerson',
  reg_records: records,
});

export const manyRecords = (count: number): Json[] => Array.from({ length: count }, () => PERSON);

/** A deletion carries identifiers only. */
export const deletedPerson = (): JsonObject => ({ '@type': 'SRPerson', identifier: PERSON['identifier'] ?? [] });

export const eventData = (event: string, record: JsonObject): JsonObject => ({
  version: '1.0.0',
  reg_type: 'ns:org:RegistryType:Social',
  reg_event_type: event,
  reg_record_type: 'SRPerson',
  reg_records: record,
});

const pageOf = (total: number): JsonObject => ({ page_size: 20, page_number: 1, total_count: total });

const subscriptionInfo = (timestamp: string): JsonObject => ({
  version: '1.0.0',
  code: randomUUID(),
  status: 'subscribe',
  timestamp,
  reg_type: 'ns:org:RegistryType:Social',
  reg_event_type: 'UPDATE',
  notify_record_type: 'SRPerson',
});
