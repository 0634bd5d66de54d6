/** What has an end date goes on for ever. Here tokens, agreements and holds on them end when they say. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';

describe('what is over', () => {
  let gateway: TestGateway;
  let now = Date.now();
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
  const statusOf = async (agreement: Record<string, unknown>): Promise<number> => {
    const partner = await createPartner(gateway, { agreements: [agreement] });
    return (await partner.send('social/registry/sync/search', 'search', searchById('1'))).status;
  };

  beforeAll(async () => {
    gateway = await startTestGateway({
      env: { TOKEN_TTL_SECONDS: '30' },
      clock: () => new Date(Math.max(now, Date.now())),
    });
  });
  afterAll(() => gateway.close());

  test('an agreement gives nothing before it begins and after it ends', async () => {
    expect(await statusOf({ validFrom: hours(-2), validUntil: hours(1) })).toBe(200);
    expect(await statusOf({ validFrom: hours(-2), validUntil: hours(-1) })).toBe(403);
    expect(await statusOf({ validFrom: hours(1) })).toBe(403);
  });

  test('an agreement that was ended gives nothing from the next request on', async () => {
    const partner = await createPartner(gateway);
    const ask = () => partner.send('social/registry/sync/search', 'search', searchById('1'));
    expect((await ask()).status).toBe(200);
    const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
      'query ($id: String!) { agreements(filter: { senderId: $id }) { nodes { id } } }',
      { id: partner.senderId },
    );
    await gateway.admin('mutation ($id: ID!) { endAgreement(id: $id) { state } }', { id: agreements.nodes[0]?.id });
    expect((await ask()).status).toBe(403);
  });

  test('a token opens nothing a second after its end', async () => {
    const partner = await createPartner(gateway);
    const ask = () => partner.send('social/registry/sync/search', 'search', searchById('1'));
    expect((await ask()).status).toBe(200);
    now = Date.now() + 31_000;
    const late = await ask();
    now = 0;
    expect(late.status).toBe(401);
    expect(late.body.message.error.code).toBe('err.request.unauthorized');
  });
});
