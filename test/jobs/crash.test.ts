/**
 * Two API processes and two workers on one database, killed again and again while changes come in and requests are
 * accepted, with the job store away for 20 seconds in the middle: nothing is lost, nothing overtakes, and what comes
 * twice comes under one message id.
 */
import { askFleet, clientOf, startFleet, type Fleet } from '../support/fleet.js';
import { startInbox, type Inbox, type Received } from '../support/inbox.js';
import { hasMongo, startMongo } from '../support/mongodb.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { createTestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { subscribed } from '../subscriptions/subscriptions.js';

const SUBJECTS = 100;
const AT_ONCE = 20;
const SUBSCRIPTIONS = 5;
const SEARCHES_PER_BATCH = 1;
const STORE_AWAY_MS = 20_000;
/** Between two kills. */
const KILL_EVERY_MS = 4000;

async function postgresJobs(): Promise<JobsServer> {
  const own = await createTestDatabase({ template: false });
  const { url } = own;
  const { hostname: host, port } = new URL(url);
  const urlAt = (at: number) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(at) }).href;
  return { host, port: Number(port), url: urlAt, close: () => own.drop() };
}

async function mongoJobs(): Promise<JobsServer> {
  const server = await startMongo();
  const { port } = server;
  return { host: '127.0.0.1', port, url: (at) => `mongodb://127.0.0.1:${at}/agenda`, close: () => server.close() };
}

interface JobsServer {
  host: string;
  port: number;
  url: (port: number) => string;
  close: () => Promise<void>;
}

type MakeJobs = () => Promise<JobsServer>;

/** Each with how many changes a subject gets: where jobs are kept makes a difference to few of them. */
const STORES: [string, number, MakeJobs][] = [
  ['PostgreSQL', 14, postgresJobs],
  ...(hasMongo() ? ([['MongoDB', 8, mongoJobs]] as [string, number, MakeJobs][]) : []),
];

describe.each(STORES)('killed processes, with jobs on %s, at %i changes of each subject,', (_, versions, makeJobs) => {
  let proxy: TcpProxy;
  let fleet: Fleet;
  let partners: { partner: Partner; inbox: Inbox }[];
  let searchInbox: Inbox;
  /** Everything that was opened is closed, last first, however far we came. */
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    const database = await createTestDatabase();
    opened.defer(() => database.drop());
    const jobs = await makeJobs();
    opened.defer(() => jobs.close());
    proxy = await startTcpProxy(jobs);
    opened.defer(() => proxy.close());
    const env = { JOBS_URL: jobs.url(proxy.port), DELIVERY_RETRY_SECONDS: '1,1,1,1,1,1,1,1,1,1' };
    fleet = await startFleet(database.url, { api: 2, workers: 2, env });
    opened.defer(() => fleet.close());
    const gateway = clientOf(fleet);
    searchInbox = await startInbox(gateway.url);
    opened.defer(() => searchInbox.close());
    partners = await Promise.all(
      Array.from({ length: SUBSCRIPTIONS }, async () => {
        const agreements = [{ registry: 'CRVS' }, { registry: 'SOCIAL' }];
        const sender = { autoApproveSubscriptions: true };
        const partner = await createPartner(gateway, { agreements, sender });
        const inbox = await startInbox(gateway.url);
        opened.defer(() => inbox.close());
        await subscribed(partner, inbox, { event: 'LiveBirth' });
        return { partner, inbox };
      }),
    );
  }, 300_000);
  afterAll(() => opened.disposeAsync(), 60_000);

  test('lose nothing and mix up nothing', async () => {
    const ended = new AbortController();
    const killing = killInTurn(fleet, KILL_EVERY_MS, ended.signal);
    let accepted: string[] = [];
    try {
      accepted = await changeAndReceive();
    } finally {
      // Or a process would be started again after its fleet was closed.
      ended.abort();
      await killing;
    }
    for (const { inbox } of partners) checkInbox(inbox, versions);
    expect(new Set(searchInbox.received.map(correlationOf))).toEqual(new Set(accepted));
    expect(searchInbox.received.every(({ verified }) => verified)).toBe(true);
  }, 480_000);

  async function changeAndReceive(): Promise<string[]> {
    const accepted = await change();
    const total = SUBJECTS * versions;
    await until(() => partners.every(({ inbox }) => distinct(inbox) >= total), { timeoutMs: 240_000 });
    await until(() => new Set(searchInbox.received.map(correlationOf)).size >= accepted.length, { timeoutMs: 60_000 });
    return accepted;
  }

  /** Every change once, through whichever API process answers; gives the correlation ids of the accepted searches. */
  async function change(): Promise<string[]> {
    const accepted: string[] = [];
    let storeIsBack: Promise<void> | undefined;
    const subjects = Array.from({ length: SUBJECTS }, (_unused, index) => `subject-${index}`);
    for (let version = 1; version <= versions; version++) {
      for (let from = 0; from < SUBJECTS; from += AT_ONCE) {
        await upsert(subjects.slice(from, from + AT_ONCE), version);
        for (let one = 0; one < SEARCHES_PER_BATCH; one++) accepted.push(await acceptSearch());
      }
      if (version === Math.ceil(versions / 2)) {
        await proxy.cut();
        storeIsBack = pause(STORE_AWAY_MS).then(() => proxy.restore());
      }
    }
    // Or a proxy that was closed would listen again, and keep the run from ending.
    await storeIsBack;
    return accepted;
  }

  async function upsert(subjects: string[], version: number): Promise<void> {
    const records = subjects.map((id) => ({
      recordType: 'Person',
      identifiers: [{ type: 'UIN', value: id }],
      data: { name: { surname: String(version) } },
      eventType: 'LiveBirth',
    }));
    const query = `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { inserted } }`;
    // Asked again after a lost answer, the same change is no change.
    await insist(async (url) => {
      const answer = await askFleet(fleet, url, query, { records });
      if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    });
  }

  async function acceptSearch(): Promise<string> {
    const { partner } = partners[0] as { partner: Partner };
    const header = { sender_uri: `${searchInbox.url}/on-search` };
    const envelope = await partner.envelope('search', searchById('none'), header);
    // The same message again, after a lost answer, has the same correlation id.
    return insist(async (url) => {
      const response = await fetch(`${url}/dci/v1/social/registry/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
        body: JSON.stringify(envelope),
      });
      if (response.status !== 202) throw new Error(await response.text());
      return ((await response.json()) as { message: { correlation_id: string } }).message.correlation_id;
    });
  }

  async function insist<T>(work: (url: string) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await work((fleet.api[tries % 2] as { url: string }).url);
      } catch (error) {
        if (tries > 100) throw error;
        await pause(100);
      }
  }
});

/** A worker, then an API process, and so on; each is back before the next goes. */
async function killInTurn(fleet: Fleet, everyMs: number, signal: AbortSignal): Promise<void> {
  const turns = [fleet.workers[0], fleet.api[0], fleet.workers[1], fleet.api[1]];
  for (let turn = 0; !signal.aborted; turn++) {
    await pause(everyMs);
    if (signal.aborted) return;
    const victim = turns[turn % turns.length];
    await victim?.kill();
    await victim?.start();
  }
}

function checkInbox({ received }: Inbox, versions: number): void {
  expect(received.every(({ verified }) => verified)).toBe(true);
  const messageOf = new Map<string, string>();
  const last = new Map<string, number>();
  const seen = new Map<string, number>();
  for (const { body } of received) {
    const { subject, version } = changeOf(body);
    const { event_id: event } = body.header.meta as { event_id: string };
    const message = body.header.message_id as string;
    expect(messageOf.get(event) ?? message).toBe(message);
    messageOf.set(event, message);
    expect(version).toBeGreaterThanOrEqual(last.get(subject) ?? 0);
    if (version > (last.get(subject) ?? 0)) seen.set(subject, (seen.get(subject) ?? 0) + 1);
    last.set(subject, version);
  }
  expect(seen.size).toBe(SUBJECTS);
  expect([...seen.values()].every((count) => count === versions)).toBe(true);
  expect(messageOf.size).toBe(SUBJECTS * versions);
  expect(new Set(messageOf.values()).size).toBe(messageOf.size);
}

interface Notification {
  message: {
    notify_event: [
      { data: { reg_records: { identifier: { identifier_value: string }[]; name: { surname: string } } } },
    ];
  };
}

function changeOf({ message }: Notification): { subject: string; version: number } {
  const record = message.notify_event[0].data.reg_records;
  return { subject: record.identifier[0]?.identifier_value ?? '', version: Number(record.name.surname) };
}

const distinct = ({ received }: Inbox): number =>
  new Set(received.map(({ body }) => (body.header.meta as { event_id: string }).event_id)).size;
const correlationOf = ({ body }: Received): string => body.message.correlation_id as string;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
