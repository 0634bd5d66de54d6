/** Settings that switch off signatures or consent for everybody. Here there is no such setting. */
import { environment } from '../../src/platform/config.schema.js';
import { createLog } from '../../src/platform/log.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

test('the only settings that loosen anything are the two for trying out', () => {
  const loosening = Object.keys(environment.shape).filter((name) =>
    /ALLOW|SKIP|BYPASS|DISABLE|ENABLE|UNSIGNED|INSECURE|VALIDAT/.test(name),
  );
  expect(loosening).toEqual(['ALLOW_HTTP_CALLBACKS', 'ALLOW_PRIVATE_CALLBACKS']);
});

describe('a gateway', () => {
  const lines: string[] = [];
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ log: createLog('warn', { write: (line: string) => void lines.push(line) }) });
  });
  afterAll(() => gateway.close());

  test('that was loosened says so in its log', () => {
    for (const name of ['ALLOW_HTTP_CALLBACKS', 'ALLOW_PRIVATE_CALLBACKS'])
      expect(lines.some((line) => line.includes(name))).toBe(true);
  });

  const create = (input: Record<string, unknown>) =>
    gateway.graphql<{ createSender: { sender: { warnings: string[] } } }>(
      'mutation ($input: CreateSenderInput!) { createSender(input: $input) { sender { warnings } } }',
      { input: { name: 'x', allowedOperations: ['SEARCH'], registries: ['SOCIAL'], ...input } },
    );

  test('lets only a sandbox sender leave messages unsigned, and warns wherever it shows', async () => {
    const refused = await create({ senderId: 'unsigned', signaturePolicy: 'OPTIONAL' });
    expect(refused.errors?.[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: expect.stringContaining('signaturePolicy') },
    });
    const { data } = await create({ senderId: 'sandbox', signaturePolicy: 'OPTIONAL', sandbox: true });
    expect(data?.createSender.sender.warnings).toHaveLength(1);
    const update = await gateway.graphql(
      'mutation { updateSender(senderId: "sandbox", input: { sandbox: false }) { id } }',
    );
    expect(update.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('gives a sender without an agreement nothing, whatever the sender may do', async () => {
    const { explainAccess } = await gateway.admin<{ explainAccess: { found: boolean; released: boolean } }>(
      `{ explainAccess(senderId: "sandbox", registry: SOCIAL, identifier: { type: "UIN", value: "1" }) { found released } }`,
    );
    expect(explainAccess.released).toBe(false);
  });
});
