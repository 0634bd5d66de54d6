/** The document is generated from what validates; here its examples are sent, and its own schemas judge the answers. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { MESSAGE_EXAMPLES } from '../../src/dci-rest/openapi.examples.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

interface Operation {
  requestBody: { content: Record<string, { schema: object; example?: Record<string, unknown> }> };
  responses: Record<string, unknown>;
}

interface Document {
  openapi: string;
  paths: Record<string, { post?: Operation }>;
  components: { schemas: Record<string, object> };
}

let gateway: TestGateway;
let partner: Partner;
let document: Document;
let ajv: InstanceType<typeof Ajv2020>;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway, {
    senderId: 'demo-partner',
    sender: { sandbox: true, signaturePolicy: 'OPTIONAL' },
    agreements: ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'].map((registry) => ({ registry })),
  });
  document = (await (await fetch(`${gateway.url}/dci/v1/openapi.json`)).json()) as Document;
  ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', components: document.components });
});
afterAll(() => gateway.close());

const post = (path: string): Operation => {
  const operation = document.paths[path]?.post;
  if (operation === undefined) throw new Error(`${path} is not documented`);
  return operation;
};

test('is OpenAPI 3.1 and names every registry', () => {
  expect(document.openapi).toBe('3.1.0');
  for (const path of ['social', 'crvs', 'dr', 'fr', 'ibr'])
    expect(Object.keys(document.paths)).toContain(`/dci/v1/${path}/registry/sync/search`);
});

test('every example is answered with success, and the answer has the documented form', async () => {
  const examples = Object.entries(document.paths).flatMap(([path, { post: operation }]) => {
    const example = operation?.requestBody.content['application/json']?.example;
    return example === undefined ? [] : [{ path, example }];
  });
  expect(examples.length).toBeGreaterThan(30);
  for (const { path, example } of examples) {
    const { status, body } = await partner.post(path, example);
    const expected = Object.keys(post(path).responses).find((code) => code.startsWith('2'));
    // A callback that nobody asked for is received with ERR, which is the documented answer.
    expect({ path, status }).toEqual({ path, status: Number(expected) });
    const schema = /registry/.test(path) ? (path.includes('/sync/') ? 'Envelope' : 'Response') : 'ShortAnswer';
    expect({
      path,
      valid: ajv.validate({ $ref: `document#/components/schemas/${schema}` }, body),
      errors: ajv.errors,
    }).toEqual({ path, valid: true, errors: null });
  }
});

test('every documented standard endpoint has an example, or is one that changes data', () => {
  const paths = Object.keys(document.paths).flatMap((path) => /registry(\/.*)$/.exec(path)?.[1] ?? []);
  const without = new Set(paths.filter((path) => MESSAGE_EXAMPLES[path] === undefined));
  expect([...without].sort()).toEqual(
    ['/notify', '/receipt', '/sync/enrollment/updates', '/sync/receipt', '/upload/search', '/upload/verify'].filter(
      (path) => without.has(path),
    ),
  );
});

test('a refusal has the documented form', async () => {
  const { status, body } = await partner.post('/dci/v1/social/registry/sync/search', { header: {} });
  expect(status).toBe(400);
  expect(ajv.validate({ $ref: 'document#/components/schemas/Refusal' }, body)).toBe(true);
  expect(Object.keys(post('/dci/v1/social/registry/sync/search').responses)).toContain('400');
});

test('the reader is served from here, under a policy that lets no script in from elsewhere', async () => {
  const page = await fetch(`${gateway.url}/dci/v1/docs`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await page.text();
  expect(html).not.toMatch(/https?:\/\//);
  for (const [, source] of html.matchAll(/src="([^"]+)"/g))
    expect((await fetch(new URL(source ?? '', `${gateway.url}/dci/v1/docs`))).status).toBe(200);
});
