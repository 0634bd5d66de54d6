/** A signing failure sends the message unsigned, or with a marker. Here nothing leaves. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
  await addRecords(gateway, [person('1')]);
});
afterAll(() => gateway?.close());

test('without an active key a search is refused, with one it is answered and signed', async () => {
  const ask = () => partner.send('social/registry/sync/search', 'search', byId('1'));
  const answered = await ask();
  expect(answered.body.signature).toMatch(/^namespace="dci"/);
  await gateway.database.query(`update server_key set state = 'RETIRED' where use = 'SIG'`);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const { status, headers, body } = await ask();
  expect({ status, code: body.message.error.code }).toEqual({ status: 503, code: 'err.service.unavailable' });
  expect(headers.get('retry-after')).not.toBeNull();
  expect(JSON.stringify(body)).not.toContain('Surname');
});
