/** A verification of uploaded persons, from the file to the last callback, against parsing the CSV and one `= ANY`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { demoRecords } from '../dist/sources/demo-data.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { seedRecords } from '../dist/server/prepare.js';
import { alone, onGround, row, seconds } from './ground.mjs';

export const title = 'Verifying a file of persons';

const FIND = `select i.value, r.data from record_identifier i join registry_record r on r.id = i.record_id
  where i.registry = 'SOCIAL' and i.record_type = 'SRPerson' and i.type = 'UIN' and i.value = any ($1::text[])`;

export function run({ progress, quick }) {
  const count = quick ? 10_000 : 100_000;
  return onGround(async (ground) => {
    const url = await ground.database('bulk');
    const database = await connectDatabase(url, { poolSize: 2 });
    await seedRecords(database, demoRecords(count, [SOCIAL]), () => undefined);
    await database.close();
    const client = await ground.client(url);
    await client.query('vacuum analyze');
    const { rows } = await client.query(
      `select value from record_identifier where registry = 'SOCIAL' and record_type = 'SRPerson' and type = 'UIN' limit $1`,
      [count],
    );
    const lines = rows.map(({ value }) => `UIN,${value},female`);
    const file = ['identifier_type,identifier_value,sex', ...lines].join('\n');
    const gateway = await ground.gateway(url, { ALLOW_HTTP_CALLBACKS: 'true', ALLOW_PRIVATE_CALLBACKS: 'true' });
    const partner = await gateway.partner('bulk', { operations: ['BULK_VERIFY'], callbackHosts: ['127.0.0.1'] });
    const receiver = await ground.receivers(1);
    await layoutsAreReady(client);
    progress(`${rows.length} rows`);
    const ours = await seconds(async () => {
      await partner.upload('verify', file, receiver.urls[0]);
      const parts = Math.ceil(rows.length / 500);
      for (let told = 0; (await receiver.received()) < parts; told += 1) {
        if (told % 100 === 99) progress(`  ${await receiver.received()} of ${parts} callbacks`);
        await sleep(20);
      }
    });
    const theirs = await seconds(async () => {
      const asked = parse(file, { columns: true });
      const { rows: found } = await client.query(FIND, [asked.map((one) => one.identifier_value)]);
      const sexes = new Map(found.map(({ value, data }) => [value, data.sex]));
      return asked.map((one) => sexes.get(one.identifier_value) === one.sex);
    });
    const per = (taken) => rows.length / taken;
    return [
      row(`bulk verify of ${rows.length} rows`, 'CSV parsing and one = ANY', 'rows/s', per(ours), per(theirs), 1 / 3),
    ];
  });
}

/** The columns for searches are filled once, after the first start over records that were there before. */
async function layoutsAreReady(client) {
  for (;;) {
    const { rows } = await client.query(
      'select count(*)::int as all, count(ready_at)::int as ready from searched_layout',
    );
    if (rows[0].all > 0 && rows[0].all === rows[0].ready) return;
    await sleep(200);
  }
}

await alone(import.meta, { title, run });
