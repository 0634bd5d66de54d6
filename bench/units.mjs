/**
 * What one of each costs, for `npm run bench:model`: bytes of the database, and milliseconds of CPU as the operating system
 * counts them, of searches that come sixteen at a time, as they do when it matters.
 *
 *   node bench/units.mjs [--write]      with --write into bench/units.json
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { seedRecords } from '../dist/server/prepare.js';
import { demoRecords } from '../dist/sources/demo-data.js';
import { onGround } from './ground.mjs';
import { cpuOfAll } from './process.mjs';

const PERSONS = 4000;
const WARM_UP = 1500;
const AT_ONCE = 16;
/** Searches of a round. The cheapest round counts: what else runs on the machine makes each dearer, none cheaper. */
const SEARCHES = 600;
const ROUNDS = 4;

async function measure(ground) {
  const url = await ground.database('units');
  const client = await ground.client(url);
  const one = async (text) => Object.values((await client.query(text)).rows[0])[0];
  const size = async () => Number(await one('select pg_database_size(current_database())'));
  const postgresql = postmasterIn(await one('show data_directory'));
  // The gateway makes the columns of its record types before there are records.
  const gateway = await ground.gateway(url);
  const partner = await gateway.partner('units');
  const [empty, idle] = [await size(), cpuOfAll(postgresql)];
  const database = await connectDatabase(url, { poolSize: 2 });
  await seedRecords(database, demoRecords(PERSONS, [SOCIAL]));
  await database.close();
  const [loadCpu, loaded] = [cpuOfAll(postgresql) - idle, await size()];
  const records = Number(await one('select count(*) from registry_record'));
  const uins = await client.query(
    `select value from record_identifier where registry = 'SOCIAL' and record_type = 'SRPerson' and type = 'UIN' limit 500`,
  );
  const values = uins.rows.map(({ value }) => value);
  await searches(partner, values, WARM_UP);
  const before = await size();
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const spent = [cpuOfAll(gateway.child.pid), cpuOfAll(postgresql)];
    await searches(partner, values, SEARCHES);
    const [node, sql] = [cpuOfAll(gateway.child.pid) - spent[0], cpuOfAll(postgresql) - spent[1]];
    rounds.push({ node: milliseconds(node / SEARCHES), postgresql: milliseconds(sql / SEARCHES) });
  }
  return {
    measuredAt: new Date().toISOString().slice(0, 10),
    bytesPerRecord: Math.round((loaded - empty) / records),
    recordsPerPerson: Number((records / PERSONS).toFixed(2)),
    bytesPerTransaction: Math.round(((await size()) - before) / SEARCHES / ROUNDS),
    cpuMsPerSearch: {
      node: Math.min(...rounds.map(({ node }) => node)),
      postgresql: Math.min(...rounds.map(({ postgresql: sql }) => sql)),
    },
    cpuMsPerRecordLoaded: milliseconds(loadCpu / records),
  };
}

const milliseconds = (seconds) => Number((seconds * 1000).toFixed(3));

async function searches(partner, values, count) {
  let next = 0;
  const searcher = async () => {
    while (next < count) await search(partner, values[next++ % values.length]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, searcher));
}

async function search(partner, value) {
  const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value } };
  const item = { reference_id: randomUUID(), timestamp: new Date().toISOString(), search_criteria: criteria };
  const message = await partner.sign('search', { transaction_id: randomUUID(), search_request: [item] });
  const { status, body } = await partner.post('/dci/v1/social/registry/sync/search', message);
  if (status !== 200) throw new Error(`a search was answered ${status}: ${JSON.stringify(body)}`);
}

function postmasterIn(folder) {
  return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

const units = `${JSON.stringify(await onGround(measure), undefined, 2)}\n`;
process.stdout.write(units);
if (process.argv.includes('--write')) writeFileSync(new URL('units.json', import.meta.url), units);
