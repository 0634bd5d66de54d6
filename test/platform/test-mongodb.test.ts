import { MongoClient } from 'mongodb';
import { hasMongo, startMongo, type MongoServer } from '../support/mongodb.js';

(hasMongo() ? describe : describe.skip)('the MongoDB server of the tests', () => {
  let server: MongoServer;
  let clients: MongoClient[];
  beforeAll(async () => {
    server = await startMongo();
    clients = Array.from({ length: 2 }, () => new MongoClient(`mongodb://127.0.0.1:${server.port}/atomic`));
    for (const client of clients) await client.connect();
  }, 300_000);
  afterAll(async () => {
    for (const client of clients) await client.close();
    await server.close();
  });

  // A server that reads a document and then writes it lets two processes win one lock of the scheduler.
  test('finds and changes a document in one step, as MongoDB does', async () => {
    const locks = clients.map((client) => client.db().collection('locks'));
    for (let round = 0; round < 20; round++) {
      await locks[0]?.insertOne({ round, lockedAt: null });
      const takers = locks.flatMap((lock) => Array.from({ length: 5 }, () => lock));
      const taken = await Promise.all(
        takers.map((lock) => lock.findOneAndUpdate({ round, lockedAt: null }, { $set: { lockedAt: new Date() } })),
      );
      expect(taken.filter((found) => found !== null)).toHaveLength(1);
    }
  });
});
