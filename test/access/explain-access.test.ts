import { addRecords, giveConsent, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

const EXPLAIN = `query ($senderId: String!, $identifier: IdentifierInput!, $purpose: String, $operation: Operation) {
  explainAccess(senderId: $senderId, registry: SOCIAL, identifier: $identifier, purpose: $purpose, operation: $operation) {
    released found identifiable steps { passed reason } agreement { version } consents { fields }
    fields { path recorded released searchable reason } } }`;

interface Explained {
  explainAccess: {
    released: boolean;
    found: boolean;
    steps: { passed: boolean; reason: string }[];
    agreement: { version: number } | null;
    consents: { fields: string[] }[];
    fields: { path: string; recorded: boolean; released: boolean; searchable: boolean; reason: string }[];
  };
}

describe('explainAccess', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, {
      agreements: [
        {
          requiresConsent: true,
          purposes: ['payment'],
          fields: ['identifier', 'name', 'sex'],
          searchableAttributes: ['name.surname'],
          rowFilter: { sex: { $eq: 'female' } },
        },
      ],
    });
    await addRecords(gateway, [person('1', { birth_date: '1990-01-01' }), person('2', { sex: 'male' })]);
    await giveConsent(gateway, { uin: '1', senderId: partner.senderId, fields: ['name'] });
    await giveConsent(gateway, { uin: '2', senderId: partner.senderId });
  });
  afterAll(() => gateway.close());

  const explain = async (uin: string, more: Record<string, unknown> = { purpose: 'payment' }) => {
    const variables = { senderId: partner.senderId, identifier: { type: 'UIN', value: uin }, ...more };
    return (await gateway.admin<Explained>(EXPLAIN, variables)).explainAccess;
  };

  test('tells per field what would be released and why', async () => {
    const { released, found, steps, fields, consents } = await explain('1');
    expect({ released, found, consents }).toEqual({
      released: true,
      found: true,
      consents: [{ fields: expect.anything() }],
    });
    expect(steps.map(({ reason }) => reason)).toEqual(['ALLOWED', 'AGREEMENT', 'ROW_FILTER', 'CONSENT']);
    const field = (path: string) => fields.find((one) => one.path === path);
    expect(field('name.surname')).toEqual({
      path: 'name.surname',
      recorded: true,
      released: true,
      searchable: true,
      reason: 'RELEASED',
    });
    expect(field('sex')).toMatchObject({ released: false, searchable: false, reason: 'NOT_CONSENTED' });
    expect(field('birth_date')).toMatchObject({ recorded: true, released: false, reason: 'NOT_IN_AGREEMENT' });
  });

  test('agrees with what the sender is answered', async () => {
    const message = searchById('1');
    const [item] = message['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { authorize: { purpose: { code: 'payment' } } });
    const { body } = await partner.send('social/registry/sync/search', 'search', message);
    const [record] = body.message.search_response[0].data.reg_records;
    expect(Object.keys(record).filter((key) => !key.startsWith('@'))).toEqual(['name']);
  });

  test.each([
    ['another purpose', '1', { purpose: 'marketing' }, 'PURPOSE_NOT_COVERED'],
    ['no purpose', '1', {}, 'PURPOSE_NOT_COVERED'],
    ['an operation outside the registry', '1', { operation: 'DISABLED' }, 'REGISTRY_LACKS_OPERATION'],
    ['a record outside the row filter', '2', { purpose: 'payment' }, 'NO_ROW_FILTER'],
  ])('names the step that refuses: %s', async (_, uin, more, reason) => {
    const { released, steps, fields } = await explain(uin, more);
    expect(released).toBe(false);
    expect(steps.filter(({ passed }) => !passed).map((step) => step.reason)).toEqual([reason]);
    expect(fields.filter((field) => field.released)).toEqual([]);
  });

  test('is kept in the audit without a value, and denied to monitors and senders', async () => {
    await explain('1');
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: { action: string; after: unknown }[] } }>(
      `{ adminActions(first: 1) { nodes { action targetType after } } }`,
    );
    expect(adminActions.nodes[0]).toMatchObject({ action: 'explainAccess', targetType: 'Record' });
    expect(JSON.stringify(adminActions)).not.toContain('Surname');
    const denied = await gateway.graphql(
      EXPLAIN,
      { senderId: partner.senderId, identifier: { type: 'UIN', value: '1' } },
      '',
    );
    expect(denied.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
