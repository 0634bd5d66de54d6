/** What each role sees: a MONITOR no payload and no button, an AUDITOR payloads for a reason that goes on record. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { hasChromium, startBrowser, type ConsoleBrowser } from './browser.js';

const ROLES = { mona: ['MONITOR'], audrey: ['AUDITOR'], olga: ['OPERATOR'] };

(hasChromium() ? describe : describe.skip)('the console for', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;
  let call: string;

  beforeAll(async () => {
    issuer = await startOidcIssuer(ROLES);
    gateway = await startTestGateway({ env: issuer.env });
    browser = await startBrowser(gateway.url);
    partner = await createPartner(gateway);
    const message = searchById('4711');
    await partner.send('social/registry/sync/search', 'search', message);
    const { transactions } = await gateway.admin<{ transactions: { nodes: { id: string }[] } }>(
      '{ transactions(first: 1) { nodes { id } } }',
    );
    call = `/transactions/${transactions.nodes[0]?.id}`;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await issuer.close();
  });

  const as = async (name: keyof typeof ROLES, path: string) => browser.signedIn(path, await issuer.token(name));

  test('a MONITOR shows the call live, but never its payload, not even to a page that asks for it', async () => {
    const page = await as('mona', call);
    await page.getByText('Your role does not see payloads.').waitFor();
    expect(await page.getByLabel('Why do you need to see personal data?').count()).toBe(0);
    const { errors } = await gateway.graphql(
      'query ($id: ID!) { transaction(id: $id) { requestData(reason: "curious") } }',
      { id: call.split('/').at(-1) },
      await issuer.token('mona'),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await page.context().close();
  });

  test('a MONITOR has no buttons that would be refused', async () => {
    const page = await as('mona', `/senders/${partner.senderId}`);
    await page.getByRole('region', { name: 'Identity' }).waitFor();
    for (const name of ['Suspend', 'New secret', 'Edit', 'Add key', 'Revoke'])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.goto('/console/records');
    await page.getByText('Your role does not see records.').waitFor();
    await page.context().close();
  });

  test('an AUDITOR shows the payload for a reason, which stands in the audit', async () => {
    const page = await as('audrey', call);
    const open = page.getByRole('button', { name: 'Show payloads' });
    expect(await open.isDisabled()).toBe(true);
    await page.getByLabel('Why do you need to see personal data?').fill('complaint 42');
    await open.click();
    await page.getByRole('group', { name: 'Request' }).getByText('"4711"').waitFor();
    await page.goto('/console/audit');
    await page
      .getByRole('row', { name: /readPayload.*complaint 42/ })
      .first()
      .waitFor();
    await page.context().close();
  });

  test('an OPERATOR may not suspend a sender', async () => {
    const page = await as('olga', `/senders/${partner.senderId}`);
    await page.getByRole('region', { name: 'Identity' }).waitFor();
    expect(await page.getByRole('button', { name: 'Suspend' }).count()).toBe(0);
    await page.context().close();
  });
});
