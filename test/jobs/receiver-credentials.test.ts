/** Access tokens of receivers: asked for once for all that wait, as long as they hold, and by the settings of now. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NoAccessToken, ReceiverCredentials } from '../../src/jobs/receiver-credentials.js';
import { createOutbound } from '../../src/platform/outbound-http.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';

describe('the access token of a receiver', () => {
  let gateway: TestGateway;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let credentials: ReceiverCredentials;
  let id: string;
  let senderId: string;

  beforeAll(async () => void (gateway = await startTestGateway()));
  afterAll(() => gateway.close());
  beforeEach(async () => {
    issuer = await startIssuer();
    ({ senderId } = await createPartner(gateway));
    await setOutbound('us');
    const [row] = await gateway.database.query<{ id: string }>('select id from sender where sender_id = $1', [
      senderId,
    ]);
    id = row?.id ?? '';
    const limits = { timeoutMs: 500, maxResponseBytes: 10_000, allowHttp: true, allowPrivate: true };
    credentials = new ReceiverCredentials(gateway.services.senderOutbound, createOutbound(limits));
  });
  afterEach(() => issuer.close());

  const setOutbound = (clientId: string) =>
    gateway.admin(
      `mutation ($id: String!, $oauth: OutboundOAuthInput!) {
        setSenderOutbound(senderId: $id, input: { oauth: $oauth }) { clientId } }`,
      { id: senderId, oauth: { tokenUrl: issuer.url, clientId, clientSecret: 'open sesame' } },
    );
  const token = async (): Promise<string | undefined> => (await credentials.of(id)).authorization;
  const burst = () => Promise.all(Array.from({ length: 20 }, token));

  test.each([600, 0])('is asked for once for a burst, where it holds for %i seconds', async (seconds) => {
    issuer.answer = { expires_in: seconds };
    expect(new Set(await burst())).toEqual(new Set(['Bearer token-1']));
    expect(issuer.asked).toBe(1);
  });

  test('is kept for half of its life where that is short, and not at all where it has none', async () => {
    issuer.answer = { expires_in: 20 };
    expect([await token(), await token()]).toEqual(['Bearer token-1', 'Bearer token-1']);
    issuer.answer = { expires_in: 0 };
    credentials.forgetToken(id, 'Bearer token-1');
    expect([await token(), await token()]).toEqual(['Bearer token-2', 'Bearer token-3']);
  });

  test('is forgotten after a 401, but not for those that were sent with the one before', async () => {
    const before = await token();
    credentials.forgetToken(id, before);
    const after = await token();
    expect([before, after]).toEqual(['Bearer token-1', 'Bearer token-2']);
    credentials.forgetToken(id, before);
    expect(await burst()).toEqual(Array.from({ length: 20 }, () => after));
    expect(issuer.asked).toBe(2);
  });

  test('is asked for anew by new settings', async () => {
    await token();
    await setOutbound('us-again');
    expect(await until(async () => ((await token()) === 'Bearer token-2' ? issuer.asked : undefined))).toBe(2);
  });

  test.each([
    ['refuses', { status: 401 }, 'the receiver’s token endpoint answered 401 without an access token'],
    ['hangs', { hangs: true }, 'the receiver’s token endpoint: the host did not answer in time'],
  ])('that %s is told as its fault, to all of a burst, and asked again later', async (_, answer, message) => {
    issuer.answer = answer;
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, token));
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    expect(reasons).toHaveLength(20);
    expect(reasons[0]).toBeInstanceOf(NoAccessToken);
    expect(new Set(reasons.map((reason) => reason.message))).toEqual(new Set([message]));
    expect(issuer.asked).toBe(1);
    issuer.answer = {};
    expect(await token()).toBe('Bearer token-2');
  });
});

interface Answering {
  status?: number;
  hangs?: boolean;
  expires_in?: number;
}

async function startIssuer() {
  const server = createServer((request, response) => {
    request.resume();
    issuer.asked += 1;
    const { status = 200, hangs = false, expires_in = 600 } = issuer.answer;
    if (hangs) return;
    const token = { access_token: `token-${issuer.asked}`, token_type: 'bearer', expires_in };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? token : { error: 'invalid_client' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked: 0,
    answer: {} as Answering,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
