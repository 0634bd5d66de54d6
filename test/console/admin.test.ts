/** An administrator's day: a call as it arrives, agreements, subscriptions, records, keys, and what the audit tells of it. */
import { readFileSync } from 'node:fs';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { expectShown, hasChromium, hold, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: '4711' }],
  data: { name: { surname: 'Okafor', given_name: 'Ada' }, sex: 'female' },
};

(hasChromium() ? describe : describe.skip)('an administrator', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
    partner = await createPartner(gateway, { senderId: 'health', agreements: [] });
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [PERSON] },
    );
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  const open = async (path: string): Promise<void> => {
    page = await browser.signedIn(path);
  };
  const saved = async (act: () => Promise<void>) => {
    const coming = page.waitForEvent('download');
    await act();
    const file = await coming;
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
  };
  afterEach(async () => {
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  const search = () => partner.send('social/registry/sync/search', 'search', searchById('4711'));

  test('sees a refused call arrive live, in the list that is filtered for it only', async () => {
    await open('/transactions?status=REJECTED&senderId=health');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('No transactions match').waitFor();
    expect((await search()).status).toBe(403);
    const row = page.getByRole('row', { name: /health.*Search.*Rejected.*err.request.forbidden/ });
    await row.getByRole('link').click();
    await page.getByText('No agreement in force covers it.').waitFor();
    const remedy = await page.getByRole('link', { name: 'Agreements of this sender' }).getAttribute('href');
    expect(remedy).toBe('/console/agreements?senderId=health');
    await page.goto('/console/transactions?status=SUCCEEDED&senderId=health');
    await page.getByText('No transactions match').waitFor();
  });

  test('agrees on two fields, and sees beside it that only these go out', async () => {
    await open('/agreements/new');
    await page.getByRole('combobox', { name: 'Sender' }).click();
    await page.getByRole('option', { name: 'health (health)' }).click();
    const choose = async (field: string, option: string) => {
      await page.getByRole('combobox', { name: field }).first().click({ force: true });
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    // What only another registry offers goes with it.
    await choose('Registry', 'Disability');
    await choose('Operations', 'Disabled');
    await choose('Registry', 'Social');
    await page.getByRole('combobox', { name: 'Operations' }).click({ force: true });
    await page.getByRole('option', { name: 'Verify', exact: true }).waitFor();
    expect(await page.getByRole('option', { name: 'Disabled', exact: true }).count()).toBe(0);
    await page.keyboard.press('Escape');
    for (const field of ['identifier', 'sex']) {
      await page.getByLabel('Find a field').fill(field);
      await page.getByRole('checkbox', { name: field, exact: true }).check();
    }
    await page.getByLabel('Valid until').first().fill('2020-01-01 00:00');
    await page.getByRole('button', { name: 'Create agreement' }).click();
    await page.getByRole('form').getByText('validUntil: must lie after validFrom').waitFor();
    // What is no date keeps the form here, where the agreement would be made without its end.
    for (const none of ['31.12.2099', '2099-02-30']) {
      await page.getByLabel('Valid until').first().fill(none);
      await page.getByRole('button', { name: 'Create agreement' }).click();
      await page.getByRole('form').getByText('Write it as YYYY-MM-DD HH:MM').waitFor();
      expect(await page.getByLabel('Valid until').first().inputValue()).toBe(none);
    }
    await page.getByLabel('Valid until').first().fill('2099-12-31 12:00');
    await page.getByRole('button', { name: 'Create agreement' }).click();
    await page
      .getByRole('row', { name: /health Social Active Search 2 chosen .* 31 Dec 2099/ })
      .getByRole('button')
      .click();
    await page.getByRole('tab', { name: 'Explain access' }).click();
    const form = page.getByRole('form', { name: 'Explain access' });
    await form.getByLabel('Identifier', { exact: false }).last().fill('4711');
    await form.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Something would be released').waitFor();
    await page.getByRole('row', { name: /Yes sex released/ }).waitFor();
    await page.getByRole('row', { name: /No name.surname not in the agreement/ }).waitFor();
    const { body } = await search();
    const [record] = body.message.search_response[0].data.reg_records;
    expect(record).toMatchObject({ sex: 'female' });
    expect(record).not.toHaveProperty('name');
  });

  test('reads of an agreement what its registry offers, opens it by its address, and takes its end away', async () => {
    const { createAgreement } = await gateway.admin<{ createAgreement: { id: string } }>(
      `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`,
      {
        input: {
          senderId: 'health',
          registry: 'FR',
          operations: ['SEARCH', 'VERIFY', 'SUBSCRIBE', 'NOTIFY', 'DISABLED'],
          fields: ['*'],
          legalBasis: 'CONTRACT',
          validFrom: '2020-01-01T00:00:00Z',
          validUntil: '2021-01-01T00:00:00Z',
        },
      },
    );
    await open('/agreements?registry=FR&state=PENDING');
    await page.getByText('No agreements match').waitFor();
    await page.getByRole('button', { name: 'Clear State' }).click();
    await page.getByRole('row', { name: /health Farmer Expired Search, Verify, Subscribe and 1 more/ }).waitFor();
    await page.goto(`/console/agreements?senderId=health&open=${createAgreement.id}`);
    await page.getByText('Not offered by the registry').waitFor();
    await page.getByRole('tab', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Clear Valid until' }).click();
    // What somebody else narrows meanwhile stays narrow: only what was changed here is sent.
    await gateway.admin(
      'mutation ($id: ID!) { updateAgreement(id: $id, input: { fields: ["identifier"], requiresConsent: true }) { id } }',
      createAgreement,
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /health Farmer Active/ }).waitFor();
    expect(new URL(page.url()).search).toBe('?senderId=health');
    const { agreements } = await gateway.admin<{ agreements: { nodes: unknown[] } }>(
      `{ agreements(filter: { senderId: "health", registry: FR }) { nodes { operations fields requiresConsent validFrom validUntil } } }`,
    );
    const operations = ['SEARCH', 'VERIFY', 'SUBSCRIBE', 'NOTIFY'];
    const narrowed = { fields: ['identifier'], requiresConsent: true };
    expect(agreements.nodes).toEqual([
      { operations, ...narrowed, validFrom: '2020-01-01T00:00:00.000Z', validUntil: null },
    ]);
  });

  test('changes a record, which raises its event; an unchanged one raises nothing', async () => {
    await open('/records');
    await page.getByLabel('Identifier', { exact: true }).fill('4711');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'UIN 4711' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('combobox', { name: 'Sex' }).click();
    await page.getByRole('option', { name: /^male/i }).click();
    await form.getByRole('tab', { name: 'JSON' }).click();
    expect(await form.getByLabel('Record (JSON)').inputValue()).toContain('"male"');
    await page.getByRole('button', { name: 'Save and raise event' }).click();
    await page.getByText('Record changed to version 2; its event is raised').waitFor();
    await page.getByRole('row', { name: /UIN 4711.* 2$/ }).waitFor();
    await page.getByRole('button', { name: 'UIN 4711' }).click();
    // Written elsewhere while this form stands open: what it shows is not written over that.
    const elsewhere = (surname: string) =>
      gateway.admin(
        `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { updated } }`,
        {
          records: [
            {
              recordType: 'SRPerson',
              identifiers: [{ type: 'UIN', value: '4711' }],
              data: { name: { given_name: 'Ada', surname }, sex: 'male' },
            },
          ],
        },
      );
    await elsewhere('Okafor-Bello');
    await page.getByRole('button', { name: 'Save and raise event' }).click();
    await expectShown(form.getByRole('alert').getByText('was changed since it was read'));
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /UIN 4711.*Bello.* 3$/ }).waitFor();
    await elsewhere('Okafor');
    await page.reload();
    await page.getByLabel('Identifier', { exact: true }).fill('4711');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('row', { name: /UIN 4711.* 4$/ }).waitFor();
    await page.getByRole('button', { name: 'UIN 4711' }).click();
    await page.getByRole('button', { name: 'Save and raise event' }).click();
    await page.getByText('Nothing changed, nothing raised').waitFor();
    expect(page.url()).not.toContain('4711');
  });

  test('finds a record by name and attribute, reads its history, and takes the list away as a file', async () => {
    await open('/records');
    await page.getByLabel('Name', { exact: true }).fill('Ada Nobody');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('No records match').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Okafor Ada');
    await page.getByRole('combobox', { name: 'Attribute' }).click();
    await page.getByRole('option', { name: 'Sex', exact: true }).click();
    await page.getByRole('combobox', { name: 'Value' }).click();
    await page.getByRole('option', { name: /\(male\)/ }).click();
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('row', { name: /UIN 4711 Ada Okafor .* Male/ }).waitFor();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const file = await saved(() => page.getByRole('menuitem', { name: 'Table (CSV)' }).click());
    expect(file.name).toBe('records-social.csv');
    const [head, ...rows] = file.text.trim().split('\r\n');
    expect(head).toContain('data.name.surname');
    expect(rows).toEqual([expect.stringContaining('Okafor')]);
    await page.getByRole('button', { name: 'UIN 4711' }).click();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('row', { name: / 4 UPDATE/ }).waitFor();
    await page.getByRole('row', { name: / 1 REGISTER/ }).waitFor();
  });

  test('types a negative share into a field of numbers', async () => {
    await open('/records?registry=FR');
    await page.getByRole('combobox', { name: 'Attribute' }).fill('land_size');
    await page
      .getByRole('option', { name: /land_size/ })
      .first()
      .click();
    const value = page.getByRole('textbox', { name: 'Value' });
    await value.pressSequentially('-0.5');
    expect(await value.inputValue()).toBe('-0.5');
  });

  test('imports a file: its columns said, its rows looked at, one kept out', async () => {
    await open('/records');
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import a file' });
    const csv = 'UIN,surname,naissance\n4801,Diallo,2001-02-03\n4802,Traore,somewhen\n';
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'persons.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
    await dialog.getByRole('combobox', { name: 'naissance' }).click();
    await page.getByRole('option', { name: 'Birth date', exact: true }).click();
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByRole('row', { name: /2 fits .*Diallo/ }).waitFor();
    await dialog.getByRole('row', { name: /3 .*birth_date/ }).waitFor();
    // A preview that comes after something was changed is none of what would be written.
    const release = await hold(page, 'mutation PreviewFileImport');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByRole('combobox', { name: 'Dates are written' }).click();
    await page.getByRole('option', { name: 'DD/MM/YYYY' }).click();
    release();
    await expectShown(dialog.getByRole('button', { name: 'Preview' }).and(page.locator(':not([data-loading])')));
    expect(await dialog.getByRole('row', { name: /fits/ }).count()).toBe(0);
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('combobox', { name: 'Dates are written' }).click();
    await page.getByRole('option', { name: 'YYYY-MM-DD' }).click();
    // What was looked at is not what another type would make of it.
    const types = dialog.getByRole('combobox', { name: 'Record type' });
    const person = await types.inputValue();
    await types.click();
    await page.getByRole('option').filter({ hasNotText: person }).first().click();
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await types.click();
    await page.getByRole('option', { name: person, exact: true }).click();
    await dialog.getByRole('combobox', { name: 'naissance' }).click();
    await page.getByRole('option', { name: 'Birth date', exact: true }).click();
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByRole('row', { name: /2 fits .*Diallo/ }).waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('Every row was read').waitFor();
    // It is still there for whoever loads the page again.
    await page.reload();
    await dialog.getByText('Every row was read').waitFor();
    await dialog.getByRole('row', { name: /3 .*birth_date/ }).waitFor();
    await dialog.getByLabel('Why do you need to see personal data?').fill('mend the file');
    const refused = await saved(() => dialog.getByRole('button', { name: 'Download refused rows' }).click());
    expect(refused).toMatchObject({ name: 'refused.ndjson', text: expect.stringMatching(/"line":3,.*somewhen/) });
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expectShown(page.getByRole('row', { name: /UIN 4801 Diallo 2001-02-03/ }));
  });

  test('exports a registry as a sender would get it, for a reason; why not is told in the form', async () => {
    const asHealth = async (registry: string) => {
      await page.goto(`/console/records?registry=${registry}`);
      await page.getByRole('button', { name: 'Export registry' }).click();
      const form = page.getByRole('dialog');
      await form.getByRole('combobox', { name: 'As a sender would get it' }).click();
      await page.getByRole('option', { name: /\(health\)/ }).click();
      await form.getByLabel('Reason').fill('statistics');
      return form;
    };
    await open('/records');
    const refused = await asHealth('CRVS');
    await refused.getByRole('button', { name: 'Export' }).click();
    await refused.getByRole('alert').getByText(/^as: /).waitFor();
    expect(page.problems.splice(0)).toEqual([expect.stringContaining('400')]);
    const dialog = await asHealth('SOCIAL');
    const { name, text } = await saved(() => dialog.getByRole('button', { name: 'Export' }).click());
    expect(name).toBe('social.csv');
    expect(text).toMatch(/^record_type,[^]*\bsex\b[^]*4801/);
    expect(text).not.toContain('Diallo');
    await dialog.waitFor({ state: 'detached' });
  });

  test('is told at the filter what cannot be asked of records', async () => {
    const ask = async (filter: Record<string, unknown>) =>
      (
        await gateway.graphql(
          'query ($filter: RecordFilter) { records(registry: SOCIAL, filter: $filter) { nodes { id } } }',
          { filter },
        )
      ).errors;
    expect(await ask({ query: { 'name.surname': { $startsWith: 'Oka' } } })).toBeUndefined();
    const refused = [{ extensions: { code: 'BAD_USER_INPUT', field: 'filter.query' } }];
    for (const query of [{ nothing: 1 }, {}, { sex: { $near: 1 } }])
      expect(await ask({ query })).toMatchObject(refused);
    expect(await ask({ query: { sex: 'male' }, identifier: { type: 'UIN', value: '4711' } })).toMatchObject(refused);
  });

  test('is told in words which part of a signature failed, and where its keys are', async () => {
    const envelope = await partner.envelope('search', searchById('4711'));
    const changed = { ...envelope, message: searchById('4712') };
    expect((await partner.post('/dci/v1/social/registry/sync/search', changed)).status).toBe(401);
    await open('/transactions?status=REJECTED&senderId=health');
    await page
      .getByRole('row', { name: /err.signature.invalid/ })
      .getByRole('link')
      .click();
    await page.getByText('the signature does not match').waitFor();
    await page.getByRole('link', { name: 'Keys of this sender' }).click();
    await page.getByRole('heading', { name: 'health' }).waitFor();
    await page.getByRole('region', { name: 'Last call' }).getByText('err.signature.invalid').waitFor();
    await page.getByText('Nothing has failed since it last answered').waitFor();
    // And its agreements, each a click away.
    await page.getByRole('row', { name: /^Farmer Active Search, Verify/ }).waitFor();
    await page
      .getByRole('row', { name: /^Social Active Search/ })
      .getByRole('link')
      .click();
    await page.getByRole('dialog', { name: 'health · Social' }).waitFor();
  });

  test('lets a job run before its time; one that is none is told so', async () => {
    /** When it last ended, while it rests. */
    const lastRun = async () => {
      const { jobs } = await gateway.admin<{ jobs: { nodes: { running: boolean; lastFinishedAt: string | null }[] } }>(
        '{ jobs(filter: { name: "retention" }) { nodes { running lastFinishedAt } } }',
      );
      const [job] = jobs.nodes;
      return job?.running === false ? job.lastFinishedAt : null;
    };
    const before = await until(lastRun);
    await open('/jobs');
    await page
      .getByRole('row', { name: /^retention/ })
      .getByRole('button', { name: 'Run now' })
      .click();
    await page.getByText('retention is due').waitFor();
    await until(async () => ![null, before].includes(await lastRun()));
    const { errors } = await gateway.graphql('mutation { runJob(name: "none") { name } }');
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'name' } }]);
  });

  test('suspends a sender for a reason, and lifts it', async () => {
    await open('/senders/health');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByLabel('Reason').fill('key lost');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Suspended: key lost').waitFor();
    expect((await search()).status).toBe(403);
    await page.getByRole('button', { name: 'Activate' }).click();
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
    expect((await search()).status).toBe(200);
  });

  test('gives a sender a kind, a daily limit and a client certificate; a wrong one is refused at its field', async () => {
    const read = async () =>
      (
        await gateway.admin<{ sender: unknown }>(
          `{ sender(senderId: "health") {
            organizationKind rateLimitPerDay rateLimitPerMinute recordsAs tlsSubject tlsThumbprints } }`,
        )
      ).sender;
    await open('/senders/health');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: /Rarely needed/ }).click();
    await page.getByLabel('Kind of organisation').fill('hospital');
    await page.getByLabel('Requests per day').fill('5000');
    await page.getByLabel('TLS client subject').fill('Ministry');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText('tlsSubject: write it as CN=partner,O=Ministry').waitFor();
    expect(await read()).toMatchObject({ organizationKind: null, rateLimitPerDay: null });
    await page.getByLabel('TLS client subject').fill('CN=partner,O=Ministry');
    // Another administrator lowers the limit meanwhile.
    await gateway.admin(
      'mutation { updateSender(senderId: "health", input: { rateLimitPerMinute: 599 }) { senderId } }',
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Identity' }).getByText('CN=partner,O=Ministry').waitFor();
    const given = { organizationKind: 'hospital', rateLimitPerDay: 5000, tlsSubject: 'CN=partner,O=Ministry' };
    expect(await read()).toEqual({ ...given, rateLimitPerMinute: 599, recordsAs: 'STANDARD', tlsThumbprints: [] });
  });

  test('gets a new secret shown once; the old one is of no use any more', async () => {
    await open('/senders/health');
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    const secret = await page.getByRole('group', { name: 'Client secret' }).innerText();
    const ask = (clientSecret: string) =>
      fetch(`${gateway.url}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: partner.clientId,
          client_secret: clientSecret,
        }),
      });
    expect((await ask(secret)).status).toBe(200);
    expect((await ask(partner.clientSecret)).status).toBe(401);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    expect(await page.content()).not.toContain(secret);
  });

  test('makes a server key and activates it; the JWKS has both', async () => {
    await open('/server-keys');
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByRole('menuitem', { name: 'ECDSA P-256 (signing)' }).click();
    const row = page.getByRole('row', { name: /ecdsa-sha256/ });
    await row.getByText('Next').waitFor();
    const kid = await row.getByRole('cell').first().innerText();
    const jwks = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
    expect(jwks.keys.map((key) => key.kid)).toContain(kid);

    // The key that signs: what comes first is said, and done from there. On a telephone.
    await page.setViewportSize({ width: 390, height: 844 });
    await page
      .getByRole('row', { name: /ed25519.*Active/ })
      .getByRole('button', { name: 'Revoke' })
      .click();
    const steps = page.getByRole('dialog', { name: 'Revoke key' });
    await steps.getByText(/another has to sign first/).waitFor();
    await steps.getByText(kid).waitFor();
    await steps.getByRole('button', { name: 'Activate the next key' }).click();
    const before = page.getByRole('row', { name: /ed25519.*Retired/ });
    await before.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog', { name: 'Revoke key' }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row', { name: /ed25519.*Revoked/ }).waitFor();
    await row.getByText('Active').waitFor();
  });

  test('finds all of it in the audit', async () => {
    await open('/audit');
    for (const action of ['suspendSender', 'runJob', 'createAgreement', 'rotateSenderSecret', 'generateServerKey']) {
      await page.goto(`/console/audit?action=${action}`);
      await page
        .getByRole('row', { name: new RegExp(action) })
        .first()
        .waitFor();
    }
    await page.getByRole('tab', { name: 'Chain' }).click();
    await page.getByRole('button', { name: /Check the newest/ }).click();
    await expectShown(page.getByText('The chain is whole'));
  });
});
