/** Transactions that are written at the same time share a statement, and nothing else. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { DataVault } from '../../src/entities/database/data-vault.js';
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { recordTransaction, type TransactionEntry } from '../../src/entities/transactions/transaction.repository.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { statementsOf } from '../support/statements.js';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

const entry = (given: Partial<TransactionEntry> = {}): TransactionEntry => ({
  senderId: 'partner-1',
  messageId: randomUUID(),
  transactionId: randomUUID(),
  correlationId: uuidv7(),
  action: 'search',
  channel: 'SYNC',
  operation: 'SEARCH',
  registry: 'SOCIAL',
  status: 'SUCCEEDED',
  digest: digestOf('one'),
  claim: true,
  request: { asked: 1 },
  response: { answered: 1 },
  accessDecision: { items: [] },
  recordIds: [uuidv7(), uuidv7()],
  referenceIds: ['1', 'two "quoted", {braced}'],
  receivedAt: new Date(),
  processedAt: new Date(),
  ...given,
});

describe('transactions written at the same time', () => {
  let created: TestDatabase;
  let databases: Database[];
  let vault: DataVault;

  beforeAll(async () => {
    created = await createTestDatabase();
    databases = await Promise.all([1, 2].map(() => connectDatabase(created.url, { poolSize: 4 })));
    vault = new DataVault(databases[0]!, randomBytes(32));
  });
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await created.drop();
  });

  const record = (given?: Partial<TransactionEntry>, database = databases[0]!) =>
    recordTransaction(database, vault, entry(given), new Date());
  const count = async (table: string, where = 'true', values: unknown[] = []) =>
    Number((await databases[0]!.query<{ n: string }>(`select count(*) n from ${table} where ${where}`, values))[0]?.n);

  test('share statements; each has its row, event and audit entry, and what is its own', async () => {
    await record();
    const recordIds = Array.from({ length: 60 }, () => uuidv7());
    let results: Awaited<ReturnType<typeof record>>[] = [];
    const statements = await statementsOf(databases[0]!, async () => {
      results = await Promise.all(recordIds.map((id) => record({ recordIds: [id], transactionId: id })));
    });
    expect(statements.filter((text) => text.includes('insert into transaction')).length).toBeLessThan(20);
    expect(results.map(({ outcome }) => outcome)).toEqual(recordIds.map(() => 'recorded'));
    const ids = results.map(({ id }) => id);
    expect(await count('transaction', `id = any($1) and record_ids[1]::text = transaction_id`, [ids])).toBe(60);
    expect(await count('outbox_event', `subject = any($1) and topic = 'transaction'`, [ids])).toBe(60);
    expect(await count('audit_entry', `subject = any($1) and transition = 'SUCCEEDED'`, [ids])).toBe(60);
  });

  test('one message id sent many times at once is written once, whichever process it came to', async () => {
    const messageId = randomUUID();
    const other = randomUUID();
    const sent = Array.from({ length: 40 }, (_, at) => ({
      messageId: at % 2 === 0 ? messageId : other,
      digest: digestOf(at < 4 ? 'one' : 'another'),
    }));
    const results = await Promise.all(sent.flatMap((given) => databases.map((database) => record(given, database))));
    const winners = results.filter(({ outcome }) => outcome === 'recorded');
    expect(winners).toHaveLength(2);
    expect(new Set(results.map(({ id }) => id))).toEqual(new Set(winners.map(({ id }) => id)));
    expect(await count('transaction', 'message_id = any($1)', [[messageId, other]])).toBe(2);
    expect(await count('seen_message', 'message_id = any($1)', [[messageId, other]])).toBe(2);
    const told = results.filter((result) => result.outcome === 'seen').map(({ same }) => same);
    expect(new Set(told)).toEqual(new Set([true, false]));
  });

  test('processes that claim the same ids in opposite orders do not wait for each other for ever', async () => {
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 32 }, () => randomUUID());
      const forth = ids.map((messageId) => record({ messageId }, databases[0]));
      const back = ids.toReversed().map((messageId) => record({ messageId }, databases[1]));
      const results = await Promise.all([...forth, ...back]);
      expect(results.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(32);
    }
  });

  test('a row that cannot be written fails alone, and leaves nothing', async () => {
    const messageId = randomUUID();
    const results = await Promise.allSettled([
      ...Array.from({ length: 10 }, () => record()),
      record({ messageId, transactionId: 'a\u0000b' }),
      ...Array.from({ length: 10 }, () => record()),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 10 }, () => 'fulfilled'),
      'rejected',
      ...Array.from({ length: 10 }, () => 'fulfilled'),
    ]);
    expect(await count('seen_message', 'message_id = $1', [messageId])).toBe(0);
    expect(await record({ messageId })).toMatchObject({ outcome: 'recorded' });
  });

  test('what is accepted for later is due, and what only is refused claims nothing', async () => {
    const messageId = randomUUID();
    const dueAt = new Date();
    const [accepted, refused] = await Promise.all([
      record({ dueAt, status: 'RECEIVED', processedAt: null }),
      record({ claim: false, status: 'REJECTED', messageId }),
    ]);
    expect(await count('accepted_request', 'id = $1 and due_at = $2', [accepted.id, dueAt])).toBe(1);
    expect(await count('accepted_request', 'id = $1', [refused.id])).toBe(0);
    expect(await record({ messageId })).toMatchObject({ outcome: 'recorded' });
  });

  test('in a transaction it commits and goes with it', async () => {
    const messageId = randomUUID();
    const undone = databases[0]!.transaction(async (unit) => {
      await recordTransaction(unit, vault, entry({ messageId }), new Date());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await count('transaction', 'message_id = $1', [messageId])).toBe(0);
    const outcome = await databases[0]!.transaction((unit) =>
      recordTransaction(unit, vault, entry({ messageId }), new Date()),
    );
    expect(outcome).toMatchObject({ outcome: 'recorded' });
  });
});
