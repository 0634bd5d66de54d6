/**
 * Forms of messages as clients of the field send them (OpenSPP, OpenCRVS, OpenG2P, openIMIS), each through the real door,
 * and what its client reads of the answer. A form of a dialect is held to what a sender without it must get.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { seedRecords } from '../../src/server/prepare.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox, type Received } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { forms, hasForms, PROFILES, requestOf, type Form, type Values } from './forms.js';
import { claimsOf, own, sign as signConsent } from '../access/consents.js';
import { callbackHints, problemsOf, type Hints, type Seen } from './hints.js';

/** Dialects that are served: their forms must get what `expect` says, and a sender without them `expect_strict`. */
const DIALECTS: string[] = ['OPENSPP', 'OPENCRVS', 'OPENG2P', 'OPENIMIS'];
/** Where a sender without the dialect gets something else than the form says it may. */
const STRICT: Record<string, Hints> = {
  // It is named `openg2p-registry` there, which is not our name; a sender with that alias finds nobody.
  'C-101': { status: [400], error_code: 'err.receiver_id.invalid' },
};
/** What partners of these products call us is a setting of their sender. */
const ALIASES = ['openg2p-registry'];

if (!hasForms) console.warn('forms.test: the forms are not here, skipped');
if (!hasForms && process.env.CI) throw new Error('the forms of clients are missing, and CI must replay them');

let gateway: TestGateway;
const inboxes = new Map<string, Promise<Inbox>>();
const partners = new Map<string, Promise<Partner>>();

beforeAll(async () => {
  if (!hasForms) return;
  gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '1000000' } });
  await seedRecords(gateway.database, demoRecords(1000));
  const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'programme-a-1' }] };
  await gateway.admin(
    `mutation ($input: RegisterConsentControllerInput!) { registerConsentController(input: $input) { id } }`,
    {
      input: { name: 'Programme A', issuer: 'programme-a', jwks, registries: ['SOCIAL'] },
    },
  );
}, 120_000);
afterAll(async () => {
  for (const inbox of inboxes.values()) await (await inbox).close();
  await gateway?.close();
});

const once = <Value>(made: Map<string, Promise<Value>>, name: string, make: () => Promise<Value>): Promise<Value> => {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
};

const inboxOf = (sign: Form['sign']): Promise<Inbox> =>
  once(inboxes, PROFILES[sign], () => startInbox(gateway.url, PROFILES[sign]));

interface Settings {
  dialect?: string | undefined;
  receiverAliases?: string[];
}

/** What the setup of a form says beside settings of the sender. */
const agreementsOf = (asksForConsent: boolean) =>
  ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'].map((registry) => ({
    registry,
    ...(asksForConsent ? { requiresConsent: true, legalBasis: 'CONSENT' } : {}),
  }));

/** A sender that signs like the form's client; one that does not sign at all is in the sandbox. */
const partnerOf = ({ sign, setup = '' }: Form, settings: Settings): Promise<Partner> =>
  once(partners, JSON.stringify([sign, settings, setup.includes('requires a consent')]), async () =>
    createPartner(gateway, {
      profile: PROFILES[sign],
      agreements: agreementsOf(setup.includes('requires a consent')),
      sender: {
        autoApproveSubscriptions: true,
        rateLimitPerMinute: 100_000,
        notifyUri: `${(await inboxOf(sign)).url}/notify`,
        ...(sign === 'none' ? { sandbox: true, signaturePolicy: 'OPTIONAL' } : {}),
        ...settings,
      },
    }),
  );

/** What a form says must be there first: subscriptions, and earlier messages that it asks about. */
const SETUPS: Record<string, (partner: Partner, callback: string) => Promise<Values>> = {
  subscription_code: async (partner, callback) => {
    const asked = await subscribeTo(partner, callback);
    return { subscription_code: asked.callback.message.subscribe_response[0].subscriptions[0].code };
  },
  correlation_id: async (partner, callback) => ({
    correlation_id: (await subscribeTo(partner, callback)).correlationId,
  }),
  transaction: async (partner) => {
    const { transaction_id: transaction } = await searched(partner);
    return { transaction };
  },
  reference: async (partner) => {
    const { search_request: items } = await searched(partner);
    return { reference: items[0]?.reference_id ?? '' };
  },
  location_id: async () => ({ location_id: 'Bangkok' }),
  token_type: async () => ({ token_type: 'bearer' }),
  'consent_jws:valid': async ({ senderId }) => ({ 'consent_jws:valid': consentFor(senderId) }),
  'consent_jws:wrong_aud': async () => ({ 'consent_jws:wrong_aud': consentFor('nobody') }),
};

/** Of a controller that signs for all senders. */
const consentFor = (aud: string): string => signConsent(claimsOf({ aud, data_controller: 'dci-gateway' }));

async function searched(partner: Partner) {
  const message = searchById('847951632') as { transaction_id: string; search_request: { reference_id: string }[] };
  await partner.send('social/registry/sync/search', 'search', message);
  return message;
}

async function subscribeTo(partner: Partner, callback: string) {
  const message = {
    transaction_id: randomUUID(),
    subscribe_request: [
      {
        reference_id: randomUUID(),
        timestamp: new Date().toISOString(),
        subscribe_criteria: {
          reg_event_type: 'UPDATE',
          filter: { type: 'UIN', value: randomUUID() },
          notify_record_type: '',
        },
      },
    ],
  };
  const { body } = await partner.send('crvs/registry/subscribe', 'subscribe', message, { sender_uri: callback });
  const correlationId = body.message.correlation_id as string;
  return { correlationId, callback: (await callbackTo(correlationId)).body };
}

async function callbackTo(correlationId: string): Promise<Received> {
  const all = await Promise.all(inboxes.values());
  const find = () =>
    all.flatMap(({ received }) => received).find(({ body }) => body.message?.correlation_id === correlationId);
  await until(() => find() !== undefined);
  return find() as Received;
}

async function replay(form: Form, settings: Settings = {}): Promise<Seen> {
  const partner = await partnerOf(form, settings);
  const callback = (await inboxOf(form.sign)).url;
  const text = JSON.stringify(form);
  const wanted = Object.keys(SETUPS).filter((name) => text.includes(`{{${name}}}`));
  const prepared = await Promise.all(wanted.flatMap((name) => SETUPS[name]?.(partner, callback) ?? []));
  const values = Object.assign(
    {
      sender: partner.senderId,
      receiver: 'dci-gateway',
      public: gateway.url,
      base: `${gateway.url}${/^\/dci\/v1\/[a-z]+/.exec(form.path)?.[0] ?? ''}`,
      callback,
      token: partner.token,
      client_id: partner.clientId,
      client_secret: partner.clientSecret,
    },
    ...prepared,
  ) as Values;
  const request = await requestOf(form, partner, values);
  const response = await fetch(
    `${gateway.url}${form.path.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')}`,
    request,
  );
  const answer = await response.text();
  return { status: response.status, body: parse(answer) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What OpenSPP's model of a search answer takes; the others read no more of it than that. A wrong type is an error there. */
const searchAnswer = z.object({
  transaction_id: z.string(),
  correlation_id: z.string().optional(),
  search_response: z.array(
    z.object({
      reference_id: z.string(),
      timestamp: z.iso.datetime({ offset: true }),
      status: z.enum(['rcvd', 'pdng', 'succ', 'rjct']),
      status_reason_code: z.string().optional(),
      status_reason_message: z.string().max(999).optional(),
      data: z
        .object({
          version: z.string(),
          reg_type: z.string(),
          reg_record_type: z.string(),
          reg_records: z.array(z.record(z.string(), z.unknown())),
        })
        .optional(),
      pagination: z
        .object({ page_size: z.int().positive(), page_number: z.int().positive(), total_count: z.int().min(0) })
        .optional(),
      locale: z.string().optional(),
    }),
  ),
});

/** Answers to the forms whose client reads the standard's own shape. */
function readAsClient({ body }: Seen): string[] {
  const { message } = Object(body) as { message?: object };
  if (message === undefined || !('search_response' in message)) return [];
  const read = searchAnswer.safeParse(message);
  return read.success ? [] : [z.prettifyError(read.error)];
}

async function judge(form: Form, seen: Seen, expected: Hints): Promise<string[]> {
  const hints = JSON.parse(JSON.stringify(expected).replaceAll('{{receiver}}', 'dci-gateway')) as Hints;
  const problems = problemsOf(hints, seen);
  const wanted = callbackHints(hints, seen);
  if (problems.length > 0 || wanted === undefined) return problems;
  const { message } = seen.body as { message: { correlation_id: string } };
  const { body, verified } = await callbackTo(message.correlation_id);
  return [
    ...problemsOf(wanted, { status: 200, body }),
    ...(verified || form.sign === 'none' ? [] : ['the signature of the callback does not verify']),
  ].map((problem) => `callback: ${problem}`);
}

/** `any` is that of any other system. */
const dialectOf = ({ safe }: Form): string | undefined => /^dialect:(\w+)$/.exec(safe)?.[1]?.replace('any', 'OPENSPP');
const requests = forms.filter(({ direction }) => direction === 'in');
const titled = (some: Form[]) => some.map((form): [string, Form] => [`${form.id} ${form.client}: ${form.title}`, form]);

const describeForms = hasForms ? describe : describe.skip;

describeForms('for every sender', () => {
  test.each(titled(requests.filter((form) => dialectOf(form) === undefined)))('%s', async (_, form) => {
    const seen = await replay(form, { receiverAliases: ALIASES });
    expect([...(await judge(form, seen, form.expect.hints)), ...readAsClient(seen)]).toEqual([]);
  });
});

describeForms('of a dialect, for a sender without it', () => {
  test.each(titled(requests.filter((form) => dialectOf(form) !== undefined)))('%s', async (_title, form) => {
    // Without words of its own it is answered likewise, in the registry's published form.
    const { json_type: _, ...likewise } = form.expect.hints;
    expect(await judge(form, await replay(form), STRICT[form.id] ?? form.expect_strict?.hints ?? likewise)).toEqual([]);
  });
});

(DIALECTS.length > 0 ? describeForms : describe.skip)('of a dialect, for its sender', () => {
  const served = requests.filter((form) => DIALECTS.includes(dialectOf(form) ?? ''));

  test.each(titled(served))('%s', async (_, form) => {
    expect(
      await judge(form, await replay(form, { dialect: dialectOf(form), receiverAliases: ALIASES }), form.expect.hints),
    ).toEqual([]);
  });
});
