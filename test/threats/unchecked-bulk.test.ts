/** Bulk items that are always refused, a sender that is a form field, callbacks to anywhere, unsigned files. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { addRecords, giveConsent, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
  other = await createPartner(gateway);
  await addRecords(gateway, [person('1'), person('2')]);
  await giveConsent(gateway, { uin: '1', senderId: partner.senderId });
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

const FILE = 'identifier_type,identifier_value\nUIN,1\nUIN,2\n';

interface Options {
  fields?: Record<string, string>;
  signed?: boolean;
  signer?: Partner;
}

async function upload({ fields = {}, signed = true, signer = partner }: Options = {}) {
  const boundary = 'boundary';
  const part = (head: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const all = { action: 'search', fileFormat: 'csv', sender_uri: `${inbox.url}/on-search`, ...fields };
  const heads = Object.entries(all).map(([name, value]) => part(`name="${name}"`, value));
  const body = `${heads.join('')}${part('name="fileName"; filename="ids.csv"', FILE)}--${boundary}--\r\n`;
  const url = `${gateway.url}/dci/v1/social/registry/upload/search`;
  const authorization = `Bearer ${partner.token}`;
  const message = { method: 'POST', targetUri: url, headers: { authorization }, body: Buffer.from(body) };
  const options = { senderId: signer.senderId, now: new Date(), nonce: randomUUID() };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(signed ? signHttpRequest(message, signer.key, options) : {}),
    },
    body,
  });
  const { message: told } = (await response.json()) as { message: { error?: { code: string } } };
  return { status: response.status, code: told.error?.code };
}

test('each row is answered, under agreement and consent', async () => {
  expect(await upload()).toEqual({ status: 202, code: undefined });
  const [callback] = await inbox.wait(1);
  const items = callback?.body.message.search_response;
  expect(items.map(({ status }: { status: string }) => status)).toEqual(['succ', 'succ']);
  expect(items[0].data.reg_records).toMatchObject([{ name: { surname: 'Surname 1' } }]);
  expect(items[1]).toMatchObject({ data: { reg_records: [] }, pagination: { total_count: 0 } });
});

test('the sender is whose token and signature it is, whatever a field of the form says', async () => {
  await upload({ fields: { sender_id: other.senderId } });
  const [row] = await gateway.database.query(
    `select sender_id from transaction where channel = 'BULK' order by id desc limit 1`,
  );
  expect(row).toEqual({ sender_id: partner.senderId });
  expect(await upload({ signer: other })).toEqual({ status: 401, code: 'err.signature.invalid' });
});

test('an unsigned file is refused', async () => {
  expect(await upload({ signed: false })).toEqual({ status: 401, code: 'err.signature.missing' });
});

test.each([
  ['nobody signed', undefined],
  ['another sender signed', () => other],
])('of a file that %s no row is stored: it is refused while it still comes in', async (_, signer) => {
  const url = `${gateway.url}/dci/v1/social/registry/upload/search`;
  const authorization = `Bearer ${partner.token}`;
  const message = { method: 'POST', targetUri: url, headers: { authorization }, body: Buffer.from(FILE) };
  const by = signer?.();
  const signature = by && signHttpRequest(message, by.key, { senderId: by.senderId, now: new Date() });
  const type = 'multipart/form-data; boundary=boundary';
  const sent = request(url, { method: 'POST', headers: { authorization, 'content-type': type, ...signature } });
  let answered: number | undefined;
  sent.on('response', ({ statusCode }) => (answered = statusCode)).on('error', () => undefined);
  const head = 'Content-Disposition: form-data; name="fileName"; filename="ids.csv"';
  const stored = () => gateway.database.query('select 1 from bulk_chunk');
  await until(async () => (await stored()).length === 0);
  sent.write(`--boundary\r\n${head}\r\n\r\n${FILE}`);
  try {
    await until(async () => {
      sent.write('UIN,1\n'.repeat(1000));
      expect(await stored()).toEqual([]);
      return answered !== undefined;
    });
    expect(answered).toBe(401);
  } finally {
    sent.destroy();
  }
});

test('a callback to an unregistered host is refused at intake', async () => {
  expect(await upload({ fields: { sender_uri: 'https://elsewhere.example/' } })).toEqual({
    status: 400,
    code: 'err.sender_uri.invalid',
  });
});
