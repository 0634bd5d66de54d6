import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { allEnded, change, settled, subscribed, upsert } from '../subscriptions/subscriptions.js';

const person = (id: string, surname: string, event = 'LiveBirth') => ({ id, event, data: { name: { surname } } });

describe('a subscription whose receiver fails', () => {
  let gateway: TestGateway;
  let inbox: Inbox;
  let partner: Partner;
  let now: () => number;

  beforeAll(async () => {
    now = Date.now;
    gateway = await startTestGateway({
      env: { DELIVERY_RETRY_SECONDS: '0,0,0,0,0,0,0,0,0,0', SUSPEND_AFTER_HOURS: '1' },
      clock: () => new Date(now()),
    });
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    inbox = await startInbox(gateway.url);
    partner = await createPartner(gateway, {
      agreements: [{ registry: 'CRVS' }],
      sender: { autoApproveSubscriptions: true },
    });
  });
  afterEach(() => inbox.close());

  const stateOf = async (code: string) => {
    const { subscriptions } = await gateway.admin<{
      subscriptions: { nodes: { state: string; stateReason: string }[] };
    }>(`query ($code: String) { subscriptions(filter: { code: $code }) { nodes { state stateReason } } }`, { code });
    return subscriptions.nodes[0];
  };

  test('keeps the order of each record while attempts fail, and lets other records pass', async () => {
    const { code } = await subscribed(partner, inbox, { event: 'LiveBirth' });
    const [blocked, other] = [randomUUID(), randomUUID()];
    let refusals = 3;
    inbox.behave((received, response) => {
      const refused = received.text.includes(blocked) && refusals-- > 0;
      return answer(refused ? 404 : 200)(received, response);
    });
    await upsert(gateway, person(blocked, 'One'));
    await upsert(gateway, person(blocked, 'Two'));
    await upsert(gateway, person(other, 'Else'));
    await upsert(gateway, person(blocked, 'Three'));
    await settled(gateway, code, allEnded(4));
    const surnames = inbox.received
      .filter(({ text }) => text.includes(blocked))
      .map(({ body }) => body.message.notify_event[0].data.reg_records.name.surname as string);
    expect(surnames).toEqual(['One', 'One', 'One', 'One', 'Two', 'Three']);
    const sequences = new Set(inbox.received.map(({ body }) => body.header.meta.sequence as number));
    expect([...sequences].sort((one, next) => one - next)).toEqual([1, 2, 3, 4]);
  });

  test('ends when the receiver answers 410, with what was still due', async () => {
    const { code } = await subscribed(partner, inbox, { event: 'LiveBirth' });
    let both: () => void = () => {};
    const due = new Promise<void>((resolve) => (both = resolve));
    inbox.behave(async (received, response) => {
      await due;
      await answer(410)(received, response);
    });
    const id = randomUUID();
    for (const surname of ['One', 'Two', 'Three']) await upsert(gateway, person(id, surname));
    await settled(gateway, code, (pending) => pending.length === 3);
    both();
    const rows = await settled(gateway, code, allEnded(3));
    expect(rows.map(({ state }) => state)).toEqual(['FAILED', 'CANCELLED', 'CANCELLED']);
    // However many are due, no transaction ends them all: others wait for what it writes.
    const [told] = await gateway.database.query(
      `select count(distinct a.xid::text)::int as transactions from audit_entry a join delivery d on d.id = a.subject
       join subscription s on s.id = d.subscription_id where s.code = $1 and a.transition like '%CANCELLED'`,
      [code],
    );
    expect(told).toEqual({ transactions: 2 });
    expect(await stateOf(code)).toMatchObject({ state: 'CANCELLED', stateReason: expect.stringContaining('410') });
    await upsert(gateway, person(id, 'Four'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(inbox.received).toHaveLength(1);
  });

  test('is suspended after the configured time, and goes on where it was when it is resumed', async () => {
    const { code } = await subscribed(partner, inbox, { event: 'LiveBirth' });
    inbox.behave(answer(404));
    const id = randomUUID();
    await upsert(gateway, person(id, 'One'));
    const [failed] = await settled(gateway, code, allEnded(1));
    expect(failed).toMatchObject({ state: 'FAILED' });
    expect(await stateOf(code)).toMatchObject({ state: 'ACTIVE' });
    now = () => Date.now() + 2 * 3_600_000;
    await upsert(gateway, person(id, 'Two'));
    await until(async () => (await stateOf(code))?.state === 'SUSPENDED');
    expect(await stateOf(code)).toMatchObject({ state: 'SUSPENDED', stateReason: expect.stringContaining('1 hours') });
    const told = await gateway.database.query<{ transition: string }>(
      `select a.transition from audit_entry a join subscription s on s.id = a.subject where s.code = $1 order by a.id`,
      [code],
    );
    expect(told.map(({ transition }) => transition)).toContain('SUBSCRIPTION_SUSPENDED');
    await upsert(gateway, person(id, 'Three'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    inbox.received.splice(0);
    inbox.behave(undefined);
    await change(gateway, 'resumeSubscription', code);
    await settled(gateway, code, allEnded(3));
    expect(inbox.received.map(({ body }) => body.message.notify_event[0].data.reg_records.name.surname)).toEqual([
      'Two',
      'Three',
    ]);
    now = Date.now;
  });

  test('that waited too long may be narrowed: what was tried once is not sent again', async () => {
    const { code } = await subscribed(partner, inbox, { event: 'LiveBirth' });
    inbox.behave(answer(503, {}, { 'retry-after': '4' }));
    await upsert(gateway, person(randomUUID(), 'One'));
    await inbox.wait(1);
    const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
      `query ($id: String) { agreements(filter: { senderId: $id }) { nodes { id } } }`,
      { id: partner.senderId },
    );
    await gateway.admin(`mutation ($id: ID!) { updateAgreement(id: $id, input: { fields: ["identifier"] }) { id } }`, {
      id: agreements.nodes[0]?.id,
    });
    const rows = await settled(gateway, code, allEnded(1));
    expect(rows).toMatchObject([{ state: 'CANCELLED', reason: expect.stringContaining('narrowed') }]);
    expect(inbox.received).toHaveLength(1);
  });
});
