/** The other doors: the short form, forms with files, tokens, and GraphQL of partners. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { mutated, mutations, odd } from './mutation.arbitrary.js';
import { expectAlways, openFuzzedGateway, type FuzzedGateway } from './fuzzed-gateway.js';

let fuzzed: FuzzedGateway;
beforeAll(async () => {
  fuzzed = await openFuzzedGateway();
}, 60_000);
afterAll(() => fuzzed?.gateway.close());

const LONG = 120_000;
const PERSON = { national_id: '847951632' };

const SHORT: Record<string, JsonObject> = {
  search: { search_criteria: { ...PERSON, sex: 'female' }, page_size: 2, page_number: 1 },
  verify: { verify: { ...PERSON, is_alive: true, birth_date: '1985-05-20' } },
  subscribe: { subscription: { event_type: 'death', callback_url: 'http://127.0.0.1:9/', filter: { sex: 'male' } } },
  unsubscribe: { subscription_codes: ['SUB-1'] },
  notify: {
    event: { event_type: 'death', record: { identifier: [{ identifier_type: 'UIN', identifier_value: 'x' }] } },
  },
};

test(
  'the short form',
  async () => {
    const succeeded = new Set<string>();
    const name = fc.constantFrom(...Object.keys(SHORT));
    const property = fc.asyncProperty(name, mutations, async (path, changes) => {
      const message = { transaction_id: randomUUID(), sender_id: fuzzed.partner.senderId, ...SHORT[path] };
      const { status } = await fuzzed.postJson(`/dci/v1/${path}`, mutated(message, changes));
      if (status === 200) succeeded.add(path);
    });
    await expectAlways(property, 400);
    expect([...succeeded].sort()).toEqual(Object.keys(SHORT).sort());
  },
  LONG,
);

const FORM_PATHS = [
  'social/registry/search',
  'crvs/registry/notify',
  'fr/registry/upload/search',
  'dr/registry/upload/verify',
];

/** A form as bytes, so that it can be cut and bent. */
function formOf(parts: [name: string, fileName: string | undefined, content: string][]): string {
  const lines = parts.flatMap(([name, fileName, content]) => [
    '--b',
    `Content-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}`,
    ...(fileName === undefined ? [] : [`Content-Type: ${fileName.endsWith('csv') ? 'text/csv' : 'application/json'}`]),
    '',
    content,
  ]);
  return [...lines, '--b--', ''].join('\r\n');
}

test(
  'forms with files',
  async () => {
    const envelope = () =>
      JSON.stringify({
        header: fuzzed.partner.header('search', { sender_uri: 'http://127.0.0.1:9/' }),
        message: {
          transaction_id: randomUUID(),
          search_request: [
            {
              reference_id: 'r',
              timestamp: new Date().toISOString(),
              search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value: '1' } },
            },
          ],
        },
      });
    const csv = fc.oneof(
      fc.constant('identifier_type,identifier_value\nUIN,847951632\n'),
      fc.array(fc.array(fc.string({ unit: 'binary', maxLength: 5 }), { maxLength: 4 })).map((rows) => rows.join('\n')),
      fc.string({ unit: 'binary' }),
    );
    const content = fc.oneof(fc.constant('envelope'), csv, fc.json());
    const file = fc.tuple(fc.constantFrom('fileName', 'x'), fc.constantFrom('a.json', 'a.csv', undefined), content);
    const field = fc.tuple(
      fc.constantFrom('action', 'fileFormat', 'sender_uri', 'transaction_id', '__proto__'),
      fc.constant(undefined),
      fc.oneof(fc.constantFrom('search', 'verify', 'notify', 'json', 'csv', 'http://127.0.0.1:9/'), fc.string()),
    );
    const parts = fc.array(fc.oneof({ weight: 2, arbitrary: field }, { weight: 1, arbitrary: file }), { maxLength: 5 });
    const good = fc.constant<[string, string | undefined, string][]>([
      ['action', undefined, 'search'],
      ['fileName', 'a.json', 'envelope'],
    ]);
    const cut = fc.option(fc.nat(400), { freq: 2, nil: undefined });
    const path = fc.constantFrom(...FORM_PATHS);
    const property = fc.asyncProperty(path, fc.oneof(parts, good), cut, async (to, form, end) => {
      const text = formOf(form.map(([name, fileName, it]) => [name, fileName, it === 'envelope' ? envelope() : it]));
      const headers = {
        'content-type': 'multipart/form-data; boundary=b',
        authorization: `Bearer ${fuzzed.partner.token}`,
      };
      await fuzzed.post(`/dci/v1/${to}`, { headers, body: text.slice(0, end) });
    });
    await expectAlways(property, 200);
  },
  LONG,
);

test(
  'token requests',
  async () => {
    const { clientId, clientSecret } = fuzzed.partner;
    const value = fc.oneof(
      fc.constantFrom('client_credentials', clientId, clientSecret, 'registry.search', 'a.b.c', '', 'x'.repeat(3000)),
      fc.string({ unit: 'binary' }),
    );
    const form = fc.record(
      {
        grant_type: fc.oneof(
          { weight: 4, arbitrary: fc.constant('client_credentials') },
          { weight: 1, arbitrary: value },
        ),
        client_id: fc.oneof({ weight: 4, arbitrary: fc.constant(clientId) }, { weight: 1, arbitrary: value }),
        client_secret: fc.oneof({ weight: 4, arbitrary: fc.constant(clientSecret) }, { weight: 1, arbitrary: value }),
        scope: value,
        client_assertion_type: fc.oneof(fc.constant('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'), value),
        client_assertion: fc.oneof(fc.constant(fuzzed.partner.token), value),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      { weight: 4, arbitrary: form.map((fields) => new URLSearchParams(fields).toString()) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    );
    const authorization = fc.oneof(
      fc.constant(undefined),
      fc.base64String().map((text) => `Basic ${text}`),
      fc.tuple(value, value).map((pair) => `Basic ${Buffer.from(pair.join(':')).toString('base64')}`),
    );
    const path = fc.constantFrom('/oauth2/token', '/oauth2/client/token');
    const property = fc.asyncProperty(path, body, authorization, async (to, sent, basic) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(basic === undefined ? {} : { authorization: basic }),
      };
      // A token that is issued opens nothing by itself; refusals are audited.
      await fuzzed.post(to, { headers, body: sent }, ({ status }) => (status === 200 ? 0 : 1));
    });
    await expectAlways(property, 200);
  },
  LONG,
);

const OPERATIONS: Record<string, [query: string, input: JsonObject]> = {
  search: [
    'mutation ($input: SearchInput!) { search(input: $input) { status items { status records } } }',
    { items: [{ referenceId: 'r', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '1' }, page: { size: 2 } }] },
  ],
  verify: [
    'mutation ($input: VerifyInput!) { verify(input: $input) { status found verified } }',
    { identifiers: [{ type: 'UIN', value: '1' }], claims: { sex: 'male' } },
  ],
  transactionStatus: [
    'mutation ($input: TransactionStatusInput!) { transactionStatus(input: $input) { correlationId } }',
    { referenceId: 'r', type: 'SEARCH', attribute: 'TRANSACTION_ID', values: ['t'] },
  ],
};

test(
  'GraphQL of partners',
  async () => {
    const answered = new Set<string>();
    const name = fc.constantFrom(...Object.keys(OPERATIONS));
    const bend = fc.option(fc.tuple(fc.nat(120), fc.string({ maxLength: 3 })), { freq: 4, nil: undefined });
    const property = fc.asyncProperty(name, mutations, bend, odd, async (operation, changes, bent, other) => {
      const [text, input] = OPERATIONS[operation] ?? ['', {}];
      const query = bent === undefined ? text : text.slice(0, bent[0]) + bent[1] + text.slice(bent[0]);
      const variables = { input: { registry: 'SOCIAL', transactionId: randomUUID(), ...input }, other };
      const { body } = await fuzzed.postJson('/graphql', mutated({ query, variables }, changes));
      if (body.data?.[operation] != null) answered.add(operation);
    });
    await expectAlways(property, 400);
    expect([...answered].sort()).toEqual(Object.keys(OPERATIONS).sort());
  },
  LONG,
);
