import { randomUUID } from 'node:crypto';
import { DataVault } from '../../src/entities/database/data-vault.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { readDeliveryStanding } from '../../src/entities/overview/overview.repository.js';
import { fanOutBatch } from '../../src/jobs/fan-out.job.js';
import { expireSubscriptions } from '../../src/jobs/expire-subscriptions.job.js';
import { isHeard, takeEvents } from '../../src/entities/records/registry-event.repository.js';
import { explaining, looked, type Plan } from '../support/explain.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';
import { allEnded, change, deliveriesOf, eventOf, settled, subscribed, upsert, upsertInto } from './subscriptions.js';

const auto = { agreements: [{ registry: 'CRVS' }], sender: { autoApproveSubscriptions: true } };

describe('several processes', () => {
  let gateways: TestGateway[];
  let inbox: Inbox;
  beforeAll(async () => {
    const first = await startTestGateway();
    gateways = [first, await startTestGateway({ databaseUrl: first.databaseUrl })];
    inbox = await startInbox(first.url);
  });
  afterAll(async () => {
    await inbox.close();
    for (const gateway of gateways.toReversed()) await gateway.close();
  });

  test('share the events: each is told once, in the order of its subject, numbered without a gap', async () => {
    const [one, two] = gateways as [TestGateway, TestGateway];
    const partner = await createPartner(one, auto);
    const { code } = await subscribed(partner, inbox, { event: 'UPDATE' });
    const ids = Array.from({ length: 20 }, () => randomUUID());
    const versions = [1, 2, 3, 4, 5];
    for (const version of [0, ...versions])
      await Promise.all(
        [ids.slice(0, 10), ids.slice(10)].map((some, index) =>
          upsert(index === 0 ? one : two, ...some.map((id) => ({ id, data: { name: { surname: `v${version}` } } }))),
        ),
      );
    const rows = await settled(one, code, allEnded(ids.length * versions.length));
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['DELIVERED']));
    const told = Map.groupBy(
      inbox.received.map(eventOf),
      ({ data }) => data.reg_records.identifier[0].identifier_value,
    );
    for (const id of ids)
      expect(told.get(id)?.map(({ data }) => data.reg_records.name.surname)).toEqual(versions.map((v) => `v${v}`));
    const sequences = inbox.received.map(({ body }) => body.header.meta.sequence as number);
    expect(sequences.toSorted((a, b) => a - b)).toEqual(rows.map(({ sequence }) => sequence));
  }, 20_000);

  test('a change is told to who subscribed while its transaction was open', async () => {
    const [one] = gateways as [TestGateway, TestGateway];
    const partner = await createPartner(one, auto);
    const id = randomUUID();
    await upsert(one, { id });
    const [held, locked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = one.database.transaction(async (unit) => {
      await unit.query(
        `select from registry_record r join record_identifier i on i.record_id = r.id where i.value = $1 for update of r`,
        [id],
      );
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    const changing = upsert(one, { id, data: { sex: 'male' } });
    await until(async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await one.database.query(waiting)).length > 0;
    });
    const { code } = await subscribed(partner, inbox, { event: 'UPDATE' });
    held.resolve();
    await Promise.all([holding, changing]);
    expect(await settled(one, code, allEnded(1))).toMatchObject([{ state: 'DELIVERED', sequence: 1 }]);
  });

  test('what nobody subscribed to is not kept for the telling, and the first subscription waits for who is writing so', async () => {
    const [one] = gateways as [TestGateway, TestGateway];
    const partner = await createPartner(one, { ...auto, agreements: [{ registry: 'SOCIAL' }] });
    const write = (id: string, sex: string) => upsertInto(one, 'SOCIAL', 'SRPerson', { id, data: { sex } });
    const kept = () =>
      one.database.query(
        `select e.version::int, v.version is not null as kept, e.fanned_out_at is not null as told
         from registry_event e left join record_version v using (record_id, version) where e.registry = 'SOCIAL' order by e.id`,
      );
    const id = randomUUID();
    await write(id, 'female');
    expect(await kept()).toEqual([{ version: 1, kept: false, told: true }]);
    const [end, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const writing = one.database.transaction(async (unit) => {
      const heard = await isHeard(unit, ['SOCIAL']);
      asked.resolve();
      await end.promise;
      return heard;
    });
    await asked.promise;
    const subscribing = subscribed(partner, inbox, { event: 'UPDATE', recordType: 'SRPerson' }, 'social');
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    await until(async () => (await one.database.query(waiting)).length > 0);
    // Whoever writes meanwhile waits for the first to subscribe, and then writes for it.
    const changing = write(id, 'male');
    end.resolve();
    expect(await writing).toBe(false);
    const { code } = await subscribing;
    await changing;
    expect(await settled(one, code, allEnded(1))).toMatchObject([{ state: 'DELIVERED', sequence: 1 }]);
    await write(id, 'female');
    await settled(one, code, allEnded(2));
  });
});

const frequencyOf = (start: Date, end: Date, cron: string) => ({
  start_time: start.toISOString(),
  end_time: end.toISOString(),
  frequency: cron,
});
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

describe('with a clock of its own', () => {
  let gateway: TestGateway;
  let inbox: Inbox;
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { ROLE: 'api' } });
    inbox = await startInbox(gateway.url);
  });
  beforeEach(() => (ahead = 0));
  afterAll(async () => {
    await inbox.close();
    await gateway.close();
  });

  /** Over GraphQL, so that nothing needs a worker. */
  async function subscribe(frequency?: Record<string, string>, filter?: object): Promise<string> {
    const partner = await createPartner(gateway, auto);
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SubscribeInput!) { subscribe(input: $input) { items { status reasonMessage subscription { code } } } }`,
      variables: {
        input: {
          registry: 'CRVS',
          transactionId: 't',
          items: [{ referenceId: 'r', eventType: 'Death', callbackUrl: `${inbox.url}/notify`, frequency, filter }],
        },
      },
    });
    return body.data.subscribe.items[0].subscription.code as string;
  }

  const services = () => ({ ...gateway.services, clock });
  const rowsOf = (code: string) =>
    gateway.database.query<{ state: string; dueAt: string | null; reason: string | null }>(
      `select d.state, d.due_at as "dueAt", d.state_reason as reason from delivery d
       join subscription s on s.id = d.subscription_id where s.code = $1 order by d.sequence`,
      [code],
    );
  const happen = () => upsert(gateway, { id: randomUUID(), event: 'Death' });
  test('an event between two times of a frequency is due at the next, without one at once', async () => {
    const start = inDays(2);
    const later = await subscribe(frequencyOf(start, inDays(30), '0 0 0 * * ?'));
    const soon = await subscribe();
    await happen();
    await fanOutBatch(services());
    const [late] = await rowsOf(later);
    const due = new Date(late?.dueAt ?? 0);
    expect(due.getTime() - start.getTime()).toBeGreaterThan(0);
    expect(due.getTime() - start.getTime()).toBeLessThan(86_400_000);
    expect(due.toISOString()).toMatch(/T00:00:00.000Z$/);
    const [row] = await rowsOf(soon);
    expect(new Date(row?.dueAt ?? 0).getTime()).toBeLessThanOrEqual(Date.now());
    // Only what does not wait as it was asked to is late.
    const oldest = async () => (await readDeliveryStanding(gateway.database)).oldestAt;
    expect(await oldest()).toBeInstanceOf(Date);
    await gateway.database.query(`update delivery set state = 'CANCELLED', finished_at = now() where due_at <= now()`);
    expect(await oldest()).toBeNull();
    await gateway.database.query('update delivery set attempts = 1 where due_at > now()');
    expect(await oldest()).toBeInstanceOf(Date);
  });

  test('what a restore brings back as not told is told again under the same message id', async () => {
    const code = await subscribe();
    await happen();
    await fanOutBatch(services());
    const told = () =>
      gateway.database.query<{ id: string; eventId: string }>(
        `select d.message_id as id, d.event_id as "eventId" from delivery d
         join subscription s on s.id = d.subscription_id where s.code = $1`,
        [code],
      );
    const [before] = await told();
    await gateway.database.query('delete from delivery where event_id = $1', [before?.eventId]);
    await gateway.database.query('update registry_event set fanned_out_at = null where id = $1', [before?.eventId]);
    await fanOutBatch(services());
    expect(await told()).toEqual([before]);
  });

  test('an event behind the last time of a frequency is written down and never sent', async () => {
    const once = inDays(1);
    const day = `${once.getUTCDate()} ${once.getUTCMonth() + 1} ? ${once.getUTCFullYear()}`;
    const code = await subscribe(frequencyOf(inDays(-1), inDays(3), `0 0 ${once.getUTCHours()} ${day}`));
    await happen();
    ahead = 2 * 86_400_000;
    await fanOutBatch(services());
    expect(await rowsOf(code)).toEqual([
      { state: 'CANCELLED', dueAt: null, reason: 'no time of its frequency is left' },
    ]);
  });

  test('behind its end nothing is matched, and the subscription expires with what was pending', async () => {
    const code = await subscribe(frequencyOf(inDays(-1), inDays(3), '0 0 0 * * ?'));
    await happen();
    await fanOutBatch(services());
    ahead = 4 * 86_400_000;
    expect(await expireSubscriptions(services())).toBeGreaterThan(0);
    await happen();
    await fanOutBatch(services());
    const [row, ...more] = await rowsOf(code);
    expect(more).toEqual([]);
    expect(row?.state).toBe('PENDING');
    const { subscriptions } = await gateway.admin<{ subscriptions: { nodes: { state: string; endedAt: string }[] } }>(
      `query ($code: String) { subscriptions(filter: { code: $code }) { nodes { state endedAt } } }`,
      { code },
    );
    expect(subscriptions.nodes[0]).toMatchObject({ state: 'EXPIRED', endedAt: expect.any(String) });
    expect(await expireSubscriptions(services())).toBe(0);
  });

  test('what rests is due when it is resumed', async () => {
    const code = await subscribe();
    await change(gateway, 'pauseSubscription', code);
    await happen();
    await fanOutBatch(services());
    expect((await rowsOf(code)).map(({ dueAt }) => dueAt)).toEqual([null]);
    await change(gateway, 'resumeSubscription', code);
    expect((await rowsOf(code)).map(({ dueAt }) => dueAt)).toEqual([expect.any(String)]);
  });

  test('two that fan out at once do each event once', async () => {
    const code = await subscribe();
    const before = (await deliveriesOf(gateway, code)).length;
    for (let event = 0; event < 150; event++) await happen();
    const runs = await Promise.all(
      [1, 2, 3].map(async () => {
        let done = 0;
        for (let events = 1; events > 0; done += events) events = await fanOutBatch(services());
        return done;
      }),
    );
    expect(runs.reduce((sum, done) => sum + done)).toBe(150);
    const rows = await deliveriesOf(gateway, code);
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.length - before).toBe(150);
  });

  test('a batch looks at what it takes, however many wait, with statistics made while none waited', async () => {
    while ((await fanOutBatch(services())) > 0);
    await gateway.database.query('analyze registry_event');
    const plans: Plan[] = [];
    const taken = gateway.database.transaction(async (unit) => {
      await unit.query(
        `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers)
         select id, 'CRVS', 'Person', 'Death', gen_random_uuid(), 1, '[]' from unnest($1::uuid[]) as id`,
        [Array.from({ length: 3000 }, () => uuidv7())],
      );
      await takeEvents(
        explaining(unit, (plan) => plans.push(plan)),
        100,
      );
      throw new Error('all of it is taken back');
    });
    await expect(taken).rejects.toThrow('taken back');
    expect(looked(plans[0]!)).toBeGreaterThan(100);
    expect(looked(plans[0]!)).toBeLessThan(1000);
  });

  const owed = (code: string) =>
    gateway.database.query<{ unmatched: boolean }>(
      `select d.unmatched from delivery d join subscription s on s.id = d.subscription_id where s.code = $1 order by d.sequence`,
      [code],
    );
  const MATCHED = { unmatched: false };
  const UNMATCHED = { unmatched: true };
  const all = async () => {
    while ((await fanOutBatch(services())) > 0);
  };

  test('a version that was altered holds nobody up, and its event is owed unmatched', async () => {
    const code = await subscribe();
    const id = randomUUID();
    await upsert(gateway, { id, event: 'Death' });
    await gateway.database.query(
      `update record_version set data_sealed = '\\x00' where record_id = (select record_id from record_identifier where value = $1)`,
      [id],
    );
    await happen();
    await all();
    expect(await owed(code)).toEqual([UNMATCHED, MATCHED]);
  });

  test('a subscription that an event cannot be compared with is owed it unmatched; others are told', async () => {
    const other = await subscribe();
    const code = await subscribe(undefined, { sex: { $eq: 'female' } });
    await happen();
    // As where a record type was renamed between two versions.
    await gateway.database.query(`update registry_event set record_type = 'CRVS_Person' where fanned_out_at is null`);
    await gateway.database.query(`update subscription set record_type = 'CRVS_Person' where code = any ($1)`, [
      [code, other],
    ]);
    await happen();
    await all();
    expect(await owed(other)).toEqual([MATCHED]);
    expect(await owed(code)).toEqual([UNMATCHED]);
  });

  test('a subscription whose frequency cannot be read any more holds nobody up', async () => {
    const [code, other] = [await subscribe(), await subscribe()];
    await gateway.database.query(`update subscription set frequency = '{}' where code = $1`, [code]);
    await happen();
    await all();
    expect(await rowsOf(other)).toHaveLength(1);
    expect(await rowsOf(code)).toEqual([{ state: 'PENDING', dueAt: expect.any(String), reason: null }]);
    await gateway.database.query('update subscription set frequency = null where code = $1', [code]);
  });

  /** A fault of the database that belongs to one row, as one of a damaged page does. */
  async function breaking(values: string[], condition: string): Promise<void> {
    await gateway.database.query(`create or replace function break_row() returns trigger language plpgsql as $$
      begin
        if exists (select from record_identifier where record_id = new.record_id and value = any ('{${values.join(',')}}')) and ${condition} then
          raise exception using errcode = '22023';
        end if;
        return new;
      end $$`);
    await gateway.database.query(
      `create or replace trigger break_row before insert on delivery for each row execute function break_row()`,
    );
  }

  test('an event that the database stops at is told by itself: unmatched, or later', async () => {
    const code = await subscribe();
    const id = randomUUID();
    try {
      await breaking([id], 'not new.unmatched');
      await upsert(gateway, { id, event: 'Death' });
      await happen();
      await all();
      expect(await owed(code)).toEqual([UNMATCHED, MATCHED]);
      await breaking([id], 'true');
      await upsert(gateway, { id, event: 'Death', data: { sex: 'male' } });
      await happen();
      await all();
      expect(await owed(code)).toEqual([UNMATCHED, MATCHED, MATCHED]);
      // However many later ones of its record wait behind it.
      await gateway.database.query(
        `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers)
         select (substr(id::text, 1, 24) || lpad(n::text, 12, '0'))::uuid, registry, record_type, event_type, record_id,
           version + n, identifiers from registry_event, generate_series(1, 150) n where fanned_out_at is null`,
      );
      const other = randomUUID();
      await breaking([id, other], 'true');
      await upsert(gateway, { id: other, event: 'Death' });
      await happen();
      await all();
      expect(await owed(code)).toEqual([UNMATCHED, MATCHED, MATCHED, MATCHED]);
      await gateway.database.query('delete from registry_event where version > 2 and fanned_out_at is null');
      expect(await gateway.services.jobHealth()).toMatchObject({
        queues: expect.arrayContaining([expect.objectContaining({ name: 'fan-out', waiting: 2 })]),
      });
    } finally {
      await gateway.database.query('drop trigger break_row on delivery');
    }
    await all();
    expect(await owed(code)).toHaveLength(4);
    await gateway.database.query('update registry_event set claimed_until = now() where fanned_out_at is null');
    await all();
    expect(await owed(code)).toEqual([UNMATCHED, MATCHED, MATCHED, MATCHED, MATCHED, MATCHED]);
  });

  test('an event whose version cannot be read now waits, and is told once it can be', async () => {
    const code = await subscribe();
    const { databaseUrl } = gateway;
    const away = await connectDatabase(databaseUrl, { poolSize: 1 });
    await away.close();
    for (const vault of [new DataVault(away, Buffer.alloc(32)), new DataVault(gateway.database, Buffer.alloc(32))]) {
      await happen();
      // Its connection broke while it asked for the data key; its master key is not the one of the others.
      await expect(fanOutBatch({ ...services(), vault })).rejects.toThrow(/Pool|pool|clos|MASTER_KEY/);
      expect(await rowsOf(code)).toEqual([]);
    }
    await fanOutBatch(services());
    expect(await rowsOf(code)).toHaveLength(2);
  });
});
