/** Onboarding in one sitting: from the wizard to the partner's first verified call, which shows as it arrives. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { DciClient } from '../../src/client/dci-client.js';
import { searchMessage } from '../../src/client/messages.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const PERSON = { recordType: 'SRPerson', identifiers: [{ type: 'UIN', value: '123456789' }], data: { sex: 'female' } };

(hasChromium() ? describe : describe.skip)('onboarding a sender', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let page: ConsolePage;
  let privateKey: KeyObject;
  let publicKeyPem: string;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [PERSON] },
    );
    const pair = generateKeyPairSync('ed25519');
    privateKey = pair.privateKey;
    publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  beforeEach(async () => {
    page = await browser.signedIn('/senders/new');
  });
  afterEach(() => page.context().close());

  const create = async (senderId: string): Promise<void> => {
    await page.getByLabel('Sender id').fill(senderId);
    await page.getByLabel('Name', { exact: false }).first().fill('Ministry of Health');
    await page.getByRole('button', { name: 'Create sender' }).click();
  };
  const addKey = async (key: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Public key' }).fill(key);
    await page.getByRole('button', { name: 'Add key' }).click();
  };

  test('ends with its signed call on the screen, and a click away from what was asked', async () => {
    await create('health-system');
    const clientSecret = await page.getByRole('group', { name: 'Client secret' }).innerText();
    await addKey(publicKeyPem);
    const fingerprint = await page.getByRole('cell', { name: /^([0-9a-f]{2}:){31}/ }).innerText();
    await page.getByLabel('Compare a fingerprint').fill(fingerprint.replaceAll(':', '').toUpperCase());
    expect(await page.getByText('No key has this fingerprint').count()).toBe(0);
    await page.getByRole('button', { name: 'Next' }).click();
    for (const field of ['identifier', 'sex']) {
      await page.getByLabel('Find a field').fill(field);
      await page.getByRole('checkbox', { name: field, exact: true }).check();
    }
    await page.getByText('2 chosen').waitFor();
    await page.getByRole('button', { name: 'Create agreement' }).click();
    await page.getByText('Waiting for a call of this sender').waitFor();
    const command = await page.getByRole('group', { name: 'With the partner’s client' }).innerText();
    expect(command).toContain(`npx dci call --url ${gateway.url} --key private.pem --kid key-1 --sender health-system`);
    expect(command).toContain(`--client-secret "${clientSecret}"`);

    const client = new DciClient({
      url: gateway.url,
      profile: 'DCI',
      senderId: 'health-system',
      clientId: /--client-id (\S+)/.exec(command)?.[1] ?? '',
      clientSecret,
      key: { kid: 'key-1', algorithm: 'ed25519', privateKey },
      clock: () => new Date(),
    });
    const message = searchMessage({ ids: [{ name: 'UIN', value: '123456789' }] }, new Date());
    const { body } = await client.ask('social/registry/sync/search', 'search', message);
    expect(JSON.stringify(body)).toContain('"sex":"female"');

    await page.getByText('A call arrived: Search').waitFor();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('heading', { name: JSON.stringify(message['transaction_id']).slice(1, -1) }).waitFor();
    expect(page.problems).toEqual([]);
  });

  test('shows a refusal where its field is', async () => {
    await create('taken-id');
    await page.getByText('The secret is shown this once').waitFor();
    await page.goto('/console/senders/new');
    await create('taken-id');
    const field = page.getByLabel('Sender id');
    await page.getByText('Not possible now').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('free-id');
    expect(await field.getAttribute('aria-invalid')).toBeNull();
    await page.getByRole('button', { name: 'Create sender' }).click();
    await page.getByText('The secret is shown this once').waitFor();
    await page.getByText('Not possible now').waitFor({ state: 'detached' });
    // And nothing else went wrong on the page.
    expect(page.problems).toEqual([]);
  });

  test('asks for one agreement per registry, with the operations that were chosen', async () => {
    const chosen = async (label: string, options: string[]) => {
      await page.getByRole('combobox', { name: label }).first().click({ force: true });
      for (const option of options) await page.getByRole('option', { name: option, exact: true }).click();
      await page.keyboard.press('Escape');
    };
    await chosen('Registries', ['Civil', 'Disability']);
    await chosen('Operations', ['Subscribe', 'Disabled']);
    await create('two-registries');
    await addKey(publicKeyPem);
    await page.getByRole('cell', { name: /^([0-9a-f]{2}:){31}/ }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    for (const title of ['Agreement 1 of 3: Social', 'Agreement 2 of 3: Civil']) {
      await page.getByText(title).waitFor();
      if (title.includes('Social')) {
        await chosen('Operations', ['Verify']);
        await page.getByLabel('Valid until').first().fill('2099-12-31 12:00');
      }
      await page.getByLabel('Find a field').fill('identifier');
      await page.getByRole('checkbox', { name: 'identifier', exact: true }).check();
      await page.getByRole('button', { name: 'Create agreement' }).click();
    }
    await page.getByText('Agreement 3 of 3: Disability').waitFor();
    // Whoever loads the page again goes on where they were.
    await page.reload();
    await page.getByText('Agreement 3 of 3: Disability').waitFor();
    await page.getByRole('form').getByText('Disabled', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Skip' }).click();
    const gaps = page.getByRole('list', { name: 'Still not covered' }).getByRole('listitem');
    await gaps.filter({ hasText: 'No agreement: Disability.' }).waitFor();
    await gaps.filter({ hasText: 'It has no callback hosts' }).waitFor();
    expect(await gaps.count()).toBe(2);
    const { agreements } = await gateway.admin<{ agreements: { nodes: unknown[] } }>(
      `{ agreements(filter: { senderId: "two-registries" }, orderBy: OLDEST) { nodes { registry operations validUntil } } }`,
    );
    expect(agreements.nodes).toEqual([
      { registry: 'SOCIAL', operations: ['SEARCH', 'VERIFY', 'SUBSCRIBE'], validUntil: expect.stringMatching(/^2099/) },
      { registry: 'CRVS', operations: ['SEARCH', 'VERIFY', 'SUBSCRIBE'], validUntil: expect.stringMatching(/^2099/) },
    ]);
  });

  test('takes no private key: it never leaves the page', async () => {
    await create('careless-system');
    let sent = 0;
    page.on('request', (request) => (sent += request.postData()?.includes('PRIVATE') ? 1 : 0));
    await addKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await page.getByText('This is a private key.').waitFor();
    await addKey(JSON.stringify(privateKey.export({ format: 'jwk' })));
    await page.getByText('This is a private key.').waitFor();
    expect(sent).toBe(0);
  });

  test('tells a fingerprint that is nobody’s', async () => {
    await create('compared-system');
    await addKey(publicKeyPem);
    await page.getByLabel('Compare a fingerprint').fill('00:11:22');
    await expectShown(page.getByText('No key has this fingerprint'));
  });
});
