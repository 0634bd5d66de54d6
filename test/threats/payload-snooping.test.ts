/** Every internal user reads stored payloads. Here it takes a role and a reason, and leaves a trace. */
import { giveConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox } from '../support/inbox.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

const READ = 'query ($reason: String) { transactions(first: 1) { nodes { id requestData(reason: $reason) } } }';

describe('a stored payload', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    issuer = await startOidcIssuer({ audrey: ['AUDITOR'], olga: ['OPERATOR'], mona: ['MONITOR'] });
    gateway = await startTestGateway({ env: issuer.env });
    partner = await createPartner(gateway);
    await partner.send('social/registry/sync/search', 'search', searchById('person-1'));
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  const read = async (name: string, reason?: string) =>
    gateway.graphql<{ transactions: { nodes: { id: string; requestData: unknown }[] } }>(
      READ,
      { reason },
      await issuer.token(name),
    );
  const readings = async () =>
    (
      await gateway.admin<{ adminActions: { nodes: { actor: string; reason: string; targetId: string }[] } }>(
        '{ adminActions(filter: { action: "readPayload" }) { nodes { actor reason targetId } } }',
      )
    ).adminActions.nodes;

  test.each(['olga', 'mona'])('is not for %s, who runs or watches', async (name) => {
    const { data, errors } = await read(name, 'curious');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(data?.transactions.nodes[0]?.requestData).toBeNull();
    expect(await readings()).toEqual([]);
  });

  test.each([undefined, '', '  '])('is not read without a reason (%p)', async (reason) => {
    const { data, errors } = await read('audrey', reason);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'reason' } });
    expect(data?.transactions.nodes[0]?.requestData).toBeNull();
    expect(await readings()).toEqual([]);
  });

  test('is read by an auditor with a reason, and the reading is in the audit', async () => {
    const { data } = await read('audrey', 'complaint 17');
    const [transaction] = data?.transactions.nodes ?? [];
    expect(JSON.stringify(transaction?.requestData)).toContain('person-1');
    expect(await readings()).toEqual([{ actor: 'audrey', reason: 'complaint 17', targetId: transaction?.id }]);
  });

  test('is not for a monitor in reasons or in evidence', async () => {
    const inbox = await startInbox(gateway.url);
    inbox.behave((received, response) => {
      response.writeHead(500);
      response.end(received.text);
    });
    const sender_uri = `${inbox.url}/on-search`;
    await partner.send('social/registry/search', 'search', searchById('person-7'), { sender_uri });
    await inbox.wait(1);
    const granted = { registry: 'SOCIAL', identifier: { type: 'UIN', value: '7' }, senderId: partner.senderId };
    await giveConsent(gateway, { ...granted, fields: ['*'], evidence: 'file of Ada Okafor' });
    await read('audrey', 'Ada Okafor asked');
    const seen = async (name: string): Promise<string> => {
      const { data, errors } = await gateway.graphql(
        `{ deliveries { nodes { attempts { status } } } consents { nodes { evidence } }
          adminActions { nodes { action reason } } }`,
        {},
        await issuer.token(name),
      );
      expect(errors).toBeUndefined();
      return JSON.stringify(data);
    };
    await until(async () => (await seen('mona')).includes('500'));
    const auditor = await seen('audrey');
    for (const text of ['file of Ada', 'Ada Okafor asked']) expect(auditor).toContain(text);
    const monitor = await seen('mona');
    for (const text of ['Ada']) expect(monitor).not.toContain(text);
    await inbox.close();
  });

  test('is not opened where the reading cannot be recorded', async () => {
    await gateway.database.query('alter table admin_action rename to hidden');
    const { data, errors } = await read('audrey', 'complaint 18');
    await gateway.database.query('alter table hidden rename to admin_action');
    expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(data ?? null)).not.toContain('person-1');
  });
});
