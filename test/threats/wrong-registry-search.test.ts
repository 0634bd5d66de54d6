/** Every search goes to the social registry; optional members are demanded; secrets in URLs. */
import { randomUUID } from 'node:crypto';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, searchFor } from '../support/search-message.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, { agreements: [{}, { registry: 'CRVS' }] });
  await addRecords(gateway, [person('1')]);
  await addRecords(gateway, [{ ...person('1'), recordType: 'Person', data: { name: { surname: 'Civil' } } }], 'CRVS');
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

test('an asynchronous search is answered from the registry of its path', async () => {
  const sender_uri = `${inbox.url}/on-search`;
  await partner.send('crvs/registry/search', 'search', byId('1'), { sender_uri });
  const [callback] = await inbox.wait(1);
  expect(callback?.body.message.search_response[0].data.reg_records).toMatchObject([{ name: { surname: 'Civil' } }]);
});

test('consent, authorize, locale and pagination may be left out', async () => {
  const { status } = await partner.send('crvs/registry/sync/search', 'search', byId('1'));
  expect(status).toBe(200);
});

test('reg_type may say what it likes: the path decides', async () => {
  const message = searchFor({
    reg_type: 'ns:org:RegistryType:Social',
    query_type: 'idtype-value',
    query: { type: 'UIN', value: '1' },
  });
  const { body } = await partner.send('crvs/registry/sync/search', 'search', message);
  expect(body.message.search_response[0].data.reg_records).toMatchObject([{ name: { surname: 'Civil' } }]);
});

test('credentials in a URL get no token', async () => {
  const { clientId, clientSecret } = partner;
  const query = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const response = await fetch(`${gateway.url}/oauth2/token?${query.toString()}`, { method: 'POST' });
  expect(response.status).toBe(415);
  const form = await fetch(`${gateway.url}/oauth2/token?${query.toString()}`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect({ status: form.status, body: await form.json() }).toMatchObject({
    status: 400,
    body: { error: 'invalid_request' },
  });
  const search = await fetch(`${gateway.url}/dci/v1/social/registry/sync/search?access_token=${partner.token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(await partner.envelope('search', byId(randomUUID()))),
  });
  expect(search.status).toBe(401);
});
