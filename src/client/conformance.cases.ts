/** What a receiver of callbacks must take and must refuse, one case each. */
import { generateKeyPairSync } from 'node:crypto';
import { deletedPerson, eventData, foundData, manyRecords, type ConformanceKit, type Post } from './conformance.kit.js';

export interface ConformanceCase {
  name: string;
  /** What the endpoint should do, and where to look when it does not. */
  remedy: string;
  expects: 'TAKEN' | 'REFUSED';
  requests: (kit: ConformanceKit) => Promise<Post[]>;
  /** Milliseconds between the two halves of the body. */
  pause?: number;
  /** All requests at once instead of one after the other. */
  together?: boolean;
}

const LARGE = 5000;
const BURST = 10;

const taken = (name: string, remedy: string, requests: ConformanceCase['requests'], more = {}): ConformanceCase => ({
  name,
  remedy,
  expects: 'TAKEN',
  requests,
  ...more,
});

const refused = (name: string, remedy: string, request: (kit: ConformanceKit) => Promise<Post>): ConformanceCase => ({
  name,
  remedy,
  expects: 'REFUSED',
  requests: async (kit) => [await request(kit)],
});

export const CONFORMANCE_CASES: ConformanceCase[] = [
  taken('on-search, signed', 'answer 2xx, not ack_status ERR, to a signed on-search', async (kit) => [
    await kit.sign('on-search'),
  ]),
  taken('on-subscribe, signed', 'answer 2xx to a signed on-subscribe', async (kit) => [await kit.sign('on-subscribe')]),
  taken('notify, signed', 'answer 2xx to a signed notify', async (kit) => [await kit.sign('notify')]),
  taken('on-search that was rejected', 'take an item of status rjct: it has no data', async (kit) => [
    await kit.sign('on-search', kit.envelope('on-search', rejected(kit), { status: 'rjct', completed_count: 0 })),
  ]),
  taken('notify of a deletion', 'take a record that holds identifiers only', async (kit) => [
    await kit.sign('notify', deletion(kit)),
  ]),
  taken('unknown members', 'ignore members that you do not know: they are part of what is signed', async (kit) => [
    await kit.sign('notify', kit.envelope('notify', kit.sample('notify'), { x_new: { member: true } })),
  ]),
  taken('the same notify again', 'delivery is at least once: acknowledge the same message_id again', async (kit) => {
    const envelope = kit.envelope('notify');
    return [await kit.sign('notify', envelope), await kit.sign('notify', envelope)];
  }),
  taken(`on-search of ${LARGE} records`, 'take bodies of at least 1 MiB', async (kit) => [
    await kit.sign('on-search', large(kit)),
  ]),
  taken('a body that comes slowly', 'wait for the whole body', async (kit) => [await kit.sign('notify')], {
    pause: 1500,
  }),
  taken(
    `${BURST} notifications at once`,
    'take several messages at the same time',
    (kit) => Promise.all(Array.from({ length: BURST }, () => kit.sign('notify'))),
    { together: true },
  ),
  refused('changed after signing', 'verify the signature over header and message', changed),
  refused('no signature', 'refuse a message without signature', unsigned),
  refused('signed with another key', 'take only keys of the registry’s JWKS', (kit) =>
    kit.sign('notify', undefined, { key: stranger(kit) }),
  ),
  refused('a signature that has expired', 'refuse a signature after its expires, or an old message_ts', (kit) => {
    const clock = (): Date => new Date(kit.options.clock().getTime() - 3_600_000);
    const envelope = kit.envelope('notify', undefined, { message_ts: clock().toISOString() });
    return kit.sign('notify', envelope, { clock });
  }),
  refused('no JSON', 'answer 400 to a body that is not JSON', async (kit) => ({
    ...(await kit.sign('notify')),
    body: Buffer.from('{"header": '),
  })),
];

const rejected = (kit: ConformanceKit) => {
  const { transaction_id: transaction = '', correlation_id: correlation = '' } = kit.sample('on-search');
  const reason = { status_reason_code: 'rjct.search_criteria.invalid', status_reason_message: 'a sample' };
  const item = { reference_id: '1', timestamp: kit.options.clock().toISOString(), status: 'rjct', ...reason };
  return { transaction_id: transaction, correlation_id: correlation, search_response: [item] };
};

const deletion = (kit: ConformanceKit) => {
  const timestamp = kit.options.clock().toISOString();
  const event = { reference_id: '1', timestamp, data: eventData('DELETE', deletedPerson()) };
  return kit.envelope('notify', { ...kit.sample('notify'), notify_event: [event] });
};

const large = (kit: ConformanceKit) => {
  const timestamp = kit.options.clock().toISOString();
  const pagination = { page_size: LARGE, page_number: 1, total_count: LARGE };
  const item = { reference_id: '1', timestamp, status: 'succ', data: foundData(manyRecords(LARGE)), pagination };
  return kit.envelope('on-search', { ...kit.sample('on-search'), search_response: [item] });
};

/** One letter of the signed text is another one. */
async function changed(kit: ConformanceKit): Promise<Post> {
  const post = await kit.sign('on-search');
  return { ...post, body: Buffer.from(post.body.toString('utf8').replace('Conformance', 'Conformancf')) };
}

async function unsigned(kit: ConformanceKit): Promise<Post> {
  const body = Buffer.from(JSON.stringify(kit.envelope('notify')));
  return { url: kit.urlOf('notify'), headers: { 'content-type': 'application/json' }, body };
}

const stranger = ({ options: { key } }: ConformanceKit) => ({
  kid: key.kid,
  algorithm: 'ed25519' as const,
  privateKey: generateKeyPairSync('ed25519').privateKey,
});
