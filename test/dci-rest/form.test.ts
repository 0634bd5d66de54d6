/** The specification's multipart form of a message: `action`, `fileName`, `fileFormat` (protocol 1.3). */
import { randomUUID } from 'node:crypto';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Answer, type Partner } from '../support/partner.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway, {
    agreements: [{ registry: 'DR' }, {}],
    sender: { notifyUri: 'http://127.0.0.1:9/none' },
  });
});
afterAll(() => gateway?.close());

async function post(path: string, parts: [string, string | Blob, string?][], as = partner, headers = {}) {
  const form = new FormData();
  for (const [name, value, fileName] of parts)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, fileName);
  const response = await fetch(`${gateway.url}/dci/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as.token}`, ...headers },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const disabled = { transaction_id: 't', disabled_criteria: { query: { UIN: { eq: '1' } } } };
const fileOf = (envelope: unknown) => new Blob([JSON.stringify(envelope)], { type: 'application/json' });

test('is read like the body itself', async () => {
  const envelope = await partner.envelope('search', disabled);
  const { status, body } = await post('dr/registry/sync/disabled', [
    ['action', 'search'],
    ['fileFormat', 'json'],
    ['fileName', fileOf(envelope), 'message.json'],
  ]);
  expect(status).toBe(200);
  expect(body.message.disabled_response).toMatchObject([{ status: 'succ', disabled_status: 'no' }]);
});

test('may hold the file as text', async () => {
  const envelope = await partner.envelope('search', searchById('1'));
  const { status, body } = await post('social/registry/search', [
    ['action', 'search'],
    ['fileName', JSON.stringify(envelope)],
  ]);
  expect(status).toBe(202);
  expect(body.message.ack_status).toBe('ACK');
});

test('is signed as a whole in the HTTP profile', async () => {
  const http = await createPartner(gateway, { profile: 'HTTP', agreements: [{ registry: 'DR' }] });
  const boundary = 'x-boundary';
  const file = JSON.stringify({ header: http.header('search'), message: disabled });
  const text = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="action"',
    '',
    'search',
    `--${boundary}`,
    'Content-Disposition: form-data; name="fileName"; filename="m.json"',
    'Content-Type: application/json',
    '',
    file,
    `--${boundary}--`,
    '',
  ].join('\r\n');
  const authorization = `Bearer ${http.token}`;
  const targetUri = `${gateway.url}/dci/v1/dr/registry/sync/disabled`;
  const message = { method: 'POST', targetUri, headers: { authorization }, body: Buffer.from(text) };
  const options = { senderId: http.senderId, now: new Date(), nonce: randomUUID() };
  const send = (body: string) =>
    fetch(targetUri, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        ...signHttpRequest(message, http.key, options),
      },
      body,
    });
  expect((await send(text.replace('"eq":"1"', '"eq":"2"'))).status).toBe(401);
  expect((await send(text)).status).toBe(200);
});

describe('is refused', () => {
  const path = 'dr/registry/sync/disabled';
  const envelope = () => partner.envelope('search', disabled);

  test.each<[string, () => Promise<[string, string | Blob, string?][]>, string]>([
    [
      'with another action',
      async () => [
        ['action', 'notify'],
        ['fileName', fileOf(await envelope()), 'm'],
      ],
      'action',
    ],
    ['without action', async () => [['fileName', fileOf(await envelope()), 'm']], 'action'],
    ['without file', async () => [['action', 'search']], 'fileName'],
    [
      'as csv',
      async () => [
        ['action', 'search'],
        ['fileFormat', 'csv'],
        ['fileName', fileOf(await envelope()), 'm'],
      ],
      'fileFormat',
    ],
    [
      'with two files',
      async () => [
        ['action', 'search'],
        ['fileName', fileOf(await envelope()), 'm'],
        ['other', fileOf(1), 'n'],
      ],
      'one file',
    ],
    [
      'with a file that is no JSON',
      async () => [
        ['action', 'search'],
        ['fileName', new Blob(['a,b']), 'm'],
      ],
      'not valid JSON',
    ],
  ])('%s', async (_, parts, text) => {
    const { status, body } = await post(path, await parts());
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ code: 'err.request.bad', message: expect.stringContaining(text) });
  });

  test('where its envelope was changed', async () => {
    const forged = { ...(await envelope()), message: { ...disabled, transaction_id: 'other' } };
    const { status, body } = await post(path, [
      ['action', 'search'],
      ['fileName', fileOf(forged), 'm'],
    ]);
    expect(status).toBe(401);
    expect(body.errors[0].code).toBe('err.signature.invalid');
  });

  test.each(['sync/search', 'sync/txn/status'])('on %s', async (name) => {
    const { status } = await post(`social/registry/${name}`, [
      ['action', 'search'],
      ['fileName', fileOf(await partner.envelope('search', searchById('1'))), 'm'],
    ]);
    expect(status).toBe(415);
  });

  test.each([
    ['--b\r\nContent-Disposition: form-data; name="action"\r\n\r\nsea', 'cut off'],
    ['nothing', 'cut off'],
  ])('where it is cut off: %j', async (text) => {
    const response = await fetch(`${gateway.url}/dci/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${partner.token}`, 'content-type': 'multipart/form-data; boundary=b' },
      body: text,
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: { message: string }[] }).errors[0]?.message).toContain('form');
  });
});
