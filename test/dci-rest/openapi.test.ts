/**
 * The document is generated from what validates; here its examples are sent, signed, and its own schemas judge request and
 * answer. Only what nobody can know beforehand is filled in: addresses, and ids and codes that earlier answers told.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { hasChromium, startBrowser, type ConsoleBrowser } from '../console/browser.js';
import { runGenerated } from '../support/generated-client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox, type Received } from '../support/inbox.js';
import { lintOpenApi } from '../support/lint-openapi.js';
import { createPartner, type Answer, type Partner } from '../support/partner.js';
import { messageProblems } from '../support/specification.js';

interface Content {
  /** By name. */
  schema: { $ref: string };
  example?: JsonObject;
  examples?: Record<string, { value: Record<string, string> }>;
}

interface Operation {
  operationId?: string;
  requestBody: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

interface Document {
  openapi: string;
  info: { description: string };
  paths: Record<string, { post?: Operation; get?: Operation }>;
  webhooks: Record<string, { post?: Operation }>;
  components: { schemas: Record<string, object> };
}

interface Example {
  path: string;
  type: string;
  example: JsonObject;
}

const REGISTRIES = ['social', 'crvs', 'dr', 'fr', 'ibr', 'ess'];
/** Nobody was asked, so an answer is not ours: `ERR`, as documented. */
const UNASKED = /\/on-(search|subscribe|unsubscribe|status)$/;

let gateway: TestGateway;
let partner: Partner;
let inbox: Inbox;
let document: Document;
let ajv: InstanceType<typeof Ajv2020>;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, {
    senderId: 'demo-partner',
    sender: { autoApproveSubscriptions: true, rateLimitPerMinute: 100_000 },
    agreements: REGISTRIES.map((registry) => ({ registry: registry.toUpperCase() })),
  });
  document = await served();
  ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', ...document });
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

const served = async () => (await (await fetch(`${gateway.url}/dci/v1/openapi.json`)).json()) as Document;

const post = (path: string): Operation => {
  const operation = document.paths[path]?.post;
  if (operation === undefined) throw new Error(`${path} is not documented`);
  return operation;
};

/** Of a document of their own: what is sent twice is answered as it was the first time. */
async function examplesOf(wanted: (type: string) => boolean): Promise<Example[]> {
  return Object.entries((await served()).paths).flatMap(([path, { post: operation }]) =>
    Object.entries(operation?.requestBody.content ?? {}).flatMap(([type, { example, examples = {} }]) =>
      wanted(type)
        ? [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)].map((one) => ({
            path,
            type,
            example: one,
          }))
        : [],
    ),
  );
}

const isJson = (type: string) => type === 'application/json';
const isForm = (type: string) => type === 'multipart/form-data';

let calls = 0;

/** An example with the addresses of this test, and with ids and codes that this registry told before. */
async function fill(example: JsonObject, path: string): Promise<JsonObject> {
  const text = JSON.stringify(example);
  const registry = /v1\/(\w+)\/registry/.exec(path)?.[1] ?? 'social';
  const known: Record<string, unknown> = {
    callback_url: `${inbox.url}/${++calls}/notify`,
    sender_uri: `${inbox.url}/${calls}/${registry}/registry/answer`,
    client_secret: partner.clientSecret,
    ...(text.includes('subscription_codes') ? { subscription_codes: [await newSubscription()] } : {}),
    ...(text.includes('notification_ids')
      ? { notification_ids: [(await toldTo(registry)).body.header.message_id] }
      : {}),
  };
  return JSON.parse(text, (name, value: unknown) => known[name] ?? value) as JsonObject;
}

async function newSubscription(): Promise<string> {
  const subscription = { event_type: 'birth', callback_url: `${inbox.url}/${++calls}/notify` };
  const message = { transaction_id: randomUUID(), sender_id: partner.senderId, subscription };
  return (await partner.postHttpSigned('/dci/v1/subscribe', message)).body.subscription_code as string;
}

/** The first of a registry's messages, once it has come. */
async function toldTo(registry: string): Promise<Received> {
  for (;;) {
    const found = inbox.received.find(({ path }) => path.includes(`/${registry}/registry/`));
    if (found !== undefined) return found;
    await inbox.wait(inbox.received.length + 1);
  }
}

/** As the sender would: the envelope in the body or in the file signed, anything else with an HTTP signature. */
async function send({ path, type, example }: Example): Promise<Answer> {
  if (type === 'application/x-www-form-urlencoded') return sendForm(path, new URLSearchParams(example as never));
  if (isForm(type)) return sendFile(path, example as Record<string, string>);
  const filled = await fill(example, path);
  return 'header' in filled ? partner.post(path, await signed(filled)) : partner.postHttpSigned(path, filled);
}

const signed = ({ header, message }: JsonObject): Promise<JsonObject> =>
  partner.envelope((header as { action: string }).action, message as JsonObject, header as JsonObject);

async function sendForm(path: string, body: URLSearchParams): Promise<Answer> {
  body.set('client_secret', partner.clientSecret);
  const response = await fetch(gateway.url + path, { method: 'POST', body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function sendFile(path: string, example: Record<string, string>): Promise<Answer> {
  const { fileName: file = '', ...fields } = example;
  const isCsv = fields['fileFormat'] === 'csv';
  const form = new FormData();
  for (const [name, value] of Object.entries(await fill(fields, path))) form.set(name, value);
  const content = isCsv ? file : JSON.stringify(await signed(await fill(JSON.parse(file) as JsonObject, path)));
  form.set('fileName', new Blob([content]), 'example');
  // The request makes the very bytes that are signed.
  const request = new Request(gateway.url + path, { method: 'POST', body: form });
  const body = Buffer.from(await request.arrayBuffer());
  const authorization = `Bearer ${partner.token}`;
  const message = { method: 'POST', targetUri: request.url, headers: { authorization }, body };
  const { senderId, key } = partner;
  const signature = signHttpRequest(message, key, { senderId, now: new Date(), nonce: randomUUID() });
  const headers = { authorization, 'content-type': request.headers.get('content-type') ?? '', ...signature };
  const response = await fetch(request.url, { method: 'POST', headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Against a named schema, which is compiled once. */
function problemsBy(schema: Content['schema'] | undefined, value: unknown): unknown {
  const validate = ajv.getSchema(`document${schema?.$ref}`);
  if (validate === undefined) throw new Error(`no schema ${schema?.$ref}`);
  return validate(value) === true ? null : validate.errors;
}

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** A record has what its dictionary has. */
const OF_THE_DICTIONARY = '#/components/schemas/RegistryRecord';

/** Members of an answer that its schema does not name; what has no names in its schema may have any. */
function unnamed(schema: Schema, value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || schema.$ref === OF_THE_DICTIONARY) return [];
  const { properties, items, anyOf = [], allOf = [] } = resolved(schema);
  const fitting = anyOf.filter((one) => ajv.validate(absolute(one), value));
  if (fitting.some(({ $ref }) => $ref === OF_THE_DICTIONARY)) return [];
  const inner = [...allOf, ...fitting].map((one) => resolved(one));
  if (Array.isArray(value)) {
    const of = [items, ...inner.map((one) => one.items)].find((one) => one !== undefined);
    return of === undefined ? [] : value.flatMap((one) => unnamed(of, one, `${path}[]`));
  }
  const named = Object.assign({}, ...[{ properties }, ...inner].map((one) => one.properties)) as typeof properties & {};
  if (Object.keys(named).length === 0) return fitting.flatMap((one) => unnamed(one, value, path));
  return Object.entries(value).flatMap(([name, member]) => {
    const known = named[name];
    return known === undefined ? [`${path}.${name}`] : unnamed(known, member, `${path}.${name}`);
  });
}

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : resolved(document.components.schemas[schema.$ref.slice('#/components/schemas/'.length)] as Schema);

/** As part of the document. */
const absolute = (schema: Schema): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as object;

/** What the document says of the answer, and what the message says of itself. */
function judge({ path, type }: Example, { status, body }: Answer): void {
  const expected = Object.keys(post(path).responses).find((code) => code.startsWith('2'));
  expect({ path, type, status, told: body.errors }).toEqual({ path, type, status: Number(expected), told: undefined });
  const documented = post(path).responses[status]?.content?.['application/json']?.schema;
  expect({ path, problems: problemsBy(documented, body) }).toEqual({ path, problems: null });
  expect({ path, unnamed: unnamed(documented ?? {}, body) }).toEqual({ path, unnamed: [] });
  const outcome: unknown = body.header?.status ?? body.message?.ack_status ?? body.status ?? body.token_type;
  expect({ path, type, outcome }).toEqual({
    path,
    type,
    outcome: expect.stringMatching(UNASKED.test(path) ? 'ERR' : /^(succ|ACK|rcvd|bearer)$/),
  });
}

test('is OpenAPI 3.1 and names every registry', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const path of ['social', 'crvs', 'dr', 'fr', 'ibr', 'ess'])
    expect(Object.keys(document.paths)).toContain(`/dci/v1/${path}/registry/sync/search`);
});

test('names every operation and every message, those that it sends itself too', () => {
  const all: Document['paths'][string][] = [...Object.values(document.paths), ...Object.values(document.webhooks)];
  const operations = all.flatMap((path) => [path.post, path.get].filter((one) => one !== undefined));
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(ids.length);
  const named = { $ref: expect.stringMatching(/^#\/components\/schemas\/\w+$/) };
  const contents = JSON.stringify(operations, (name, value: unknown) =>
    name.startsWith('example') ? undefined : value,
  );
  for (const { content } of walkContents(JSON.parse(contents)))
    for (const { schema } of Object.values(content)) expect(schema).toEqual(named);
  expect(Object.keys(document.webhooks)).toEqual(
    expect.arrayContaining(['on-search', 'on-subscribe', 'on-unsubscribe', 'txn-on-status', 'notify']),
  );
});

/** Every member `content` of a request or an answer. */
function walkContents(value: unknown): { content: Record<string, Content> }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(walkContents);
  return 'content' in value ? [value as { content: Record<string, Content> }, ...inner] : inner;
}

test('everything that is POSTed has an example, which its own schema and the specification allow', async () => {
  for (const [path, { post: operation }] of Object.entries(document.paths))
    for (const [type, { schema, example, examples = {} }] of Object.entries(operation?.requestBody.content ?? {})) {
      const all = [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)];
      expect({ path, type, examples: all.length }).toEqual({
        path,
        type,
        examples: isForm(type) && path.includes('/upload/') ? 2 : 1,
      });
      for (const one of all) {
        // Compiling takes seconds, in which the gateway beside us would close connections unseen.
        await turn();
        expect({ path, type, problems: problemsBy(schema, one) }).toEqual({ path, type, problems: null });
        const problems = isJson(type) ? messageProblems(path, one) : [];
        expect({ path, problems }).toEqual({ path, problems: [] });
      }
    }
});

describe.each([
  ['message', isJson, 75],
  ['form', isForm, 70],
  ['token request', (type: string) => !isJson(type) && !isForm(type), 2],
])('every example %s', (_, wanted, count) => {
  test('is answered with success, and the answer has the documented form', async () => {
    const examples = await examplesOf(wanted);
    expect(examples.length).toBeGreaterThanOrEqual(count);
    const answers: Answer[] = [];
    for (const example of examples) answers.push(await send(example));
    answers.forEach((answer, index) => judge(examples[index] as Example, answer));
  }, 60_000);
});

test('what was accepted of them was done, and told with success', async () => {
  const unfinished = () =>
    gateway.database.query(
      `select 1 from transaction where channel in ('ASYNC', 'BULK') and status in ('RECEIVED', 'PENDING')`,
    );
  for (const deadline = Date.now() + 20_000; (await unfinished()).length > 0 && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const refused = await gateway.database.query(
    `select channel, operation, status, status_reason_code, status_reason_message from transaction
     where (status <> 'SUCCEEDED' or status_reason_message is not null) and status_reason_code is distinct from 'err.request.not_found'`,
  );
  expect(refused).toEqual([]);
  const accepted = await gateway.database.query(`select 1 from transaction where channel in ('ASYNC', 'BULK')`);
  expect(accepted.length).toBeGreaterThan(60);
  const answers = await inbox.wait(accepted.length);
  for (const { path, verified, body } of answers) {
    expect({ path, verified, status: body.header.status }).toEqual({ path, verified: true, status: 'succ' });
    const told = document.webhooks[body.header.action]?.post?.requestBody.content['application/json']?.schema;
    const fits = { problems: problemsBy(told, body), unnamed: unnamed(told ?? {}, body) };
    expect({ path, ...fits }).toEqual({ path, problems: null, unnamed: [] });
  }
});

test('a refusal has the documented form', async () => {
  const { status, body } = await partner.post('/dci/v1/social/registry/sync/search', { header: {} });
  expect(status).toBe(400);
  expect(ajv.validate({ $ref: 'document#/components/schemas/Refusal' }, body)).toBe(true);
  expect(Object.keys(post('/dci/v1/social/registry/sync/search').responses)).toContain('400');
});

test('has no fault that a linter finds', async () => {
  expect(await lintOpenApi(document)).toEqual([]);
  expect(await lintOpenApi({ ...document, security: [{ unknown: [] }] })).toContainEqual(
    expect.stringMatching(/^security-defined /),
  );
}, 30_000);

const CALLS = `
import { defaults, socialSyncSearch, token, type SearchRequestEnvelope, type SearchResponse } from './client.js';
const { BASE = '', ENVELOPE = '', TOKEN = '' } = process.env;
defaults.baseUrl = BASE;
const envelope: SearchRequestEnvelope = JSON.parse(ENVELOPE);
const refused = await token({ grant_type: 'client_credentials', client_id: 'nobody' });
if (refused.status === 200) throw new Error(refused.data.access_token);
const answer = await socialSyncSearch(envelope, { headers: { authorization: 'Bearer ' + TOKEN } });
if (answer.status !== 200) throw new Error(answer.data.errors[0]?.message);
const message = answer.data.message as SearchResponse;
console.log(refused.status, answer.data.header.status, message.search_response[0]?.status);
`;

test('a client that is generated from it compiles, and makes a call', async () => {
  const example = (await examplesOf(isJson)).find(({ path }) => path === '/dci/v1/social/registry/sync/search');
  const envelope = JSON.stringify(await signed(example?.example ?? {}));
  const env = { BASE: gateway.url, TOKEN: partner.token, ENVELOPE: envelope };
  expect(await runGenerated(document, CALLS, env)).toBe('401 succ succ\n');
}, 60_000);

test('says on top how a message is signed, in the words of docs/signing.md', () => {
  expect(document.info.description).toBe(readFileSync('docs/signing.md', 'utf8'));
});

test('the reader is one file of this server, zipped for who takes that', async () => {
  const page = await fetch(`${gateway.url}/dci/v1/docs`);
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'; style-src/);
  const [, source = ''] = /src="([^"]+)"/.exec(await page.text()) ?? [];
  const url = new URL(source, `${gateway.url}/dci/v1/docs`);
  for (const [asked, length] of Object.entries({ gzip: 1_500_000, identity: 5_000_000 })) {
    const script = await fetch(url, { headers: { 'accept-encoding': asked } });
    expect(script.status).toBe(200);
    expect(script.headers.get('content-encoding')).toBe(asked === 'gzip' ? 'gzip' : null);
    expect(Number(script.headers.get('content-length'))).toBeLessThan(length);
    // Unread, it would hold its connection.
    expect((await script.text()).length).toBeGreaterThan(0);
  }
});

(hasChromium() ? describe : describe.skip)('the reader in a browser', () => {
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    browser = await startBrowser(gateway.url);
  }, 120_000);
  afterAll(() => browser?.close());

  test.each([1440, 390])(
    'shows introduction, search and code samples at %i px, and asks nobody else',
    async (width) => {
      const page = await browser.visit({ viewport: { width, height: 900 } });
      const elsewhere: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(gateway.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
      });
      await page.goto('/dci/v1/docs');
      await page.getByRole('heading', { name: 'Signing messages' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('sync/search');
      await page.getByText('/dci/v1/crvs/registry/sync/search').first().click();
      await page.locator(':text("curl"):visible').first().waitFor();
      expect(await page.evaluate<number>('document.body.getBoundingClientRect().width')).toBeLessThanOrEqual(width);
      expect({ elsewhere, problems: page.problems }).toEqual({ elsewhere: [], problems: [] });
      await page.context().close();
    },
    60_000,
  );
});
