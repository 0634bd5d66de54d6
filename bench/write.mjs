/** `upsertRecords` and `import`, with their events, against the same rows by multi-row INSERTs. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { demoRecords } from '../dist/sources/demo-data.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { uuidv7 } from '../dist/platform/uuid.js';
import { subscribe } from './deliver.mjs';
import { alone, onGround, row, seconds } from './ground.mjs';

export const title = 'Writing records';

const BATCH = 1000;
const UPSERT = `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted refused } }`;

export function run({ progress, quick }) {
  const persons = quick ? 10_000 : 100_000;
  return onGround(async (ground) => {
    const records = demoRecords(persons, [SOCIAL])
      .filter(({ recordType }) => recordType === 'SRPerson')
      .map(({ recordType, externalId, identifiers, data }) => ({ recordType, externalId, identifiers, data }))
      .toArray();
    const per = (taken) => records.length / taken;
    progress(`${records.length} persons by multi-row INSERTs`);
    const floor = await ground.database('floor');
    // Its start makes what the database keeps beside records for searches: the same rows cost both the same.
    await (await ground.gateway(floor)).stop();
    const theirs = per(await insertAll(await ground.client(floor), records));
    progress(`the same by upsertRecords`);
    const upserted = per(await upsertAll(await ground.gateway(await ground.database('upserted')), records, progress));
    progress(`the same where somebody subscribed`);
    const heard = per(await upsertAll(await heardGateway(ground), records, progress));
    progress(`the same by dci import`);
    const imported = per(await importAll(ground, await ground.database('imported'), records));
    const against = 'the same rows by multi-row INSERTs';
    return [
      row(`upsertRecords, ${records.length} persons`, against, 'persons/s', upserted, theirs, 0.5),
      row('the same, where somebody subscribed', against, 'persons/s', heard, theirs, 0.5),
      row(`dci import, ${records.length} persons`, against, 'persons/s', imported, theirs, 0.5),
    ];
  });
}

/** Record, identifiers, version and event: no look-ups, no audit. What is sealed is made beforehand. */
async function insertAll(client, records) {
  const batches = batchesOf(records).map((batch) =>
    batch.map((record) => ({
      ...record,
      id: uuidv7(),
      event: uuidv7(),
      sealed: randomBytes(JSON.stringify(record.data).length + 29),
    })),
  );
  const insert = (text, rows) => {
    const width = rows[0].length;
    const place = (index) => `$${index + 1}`;
    const places = rows.map((given, at) => `(${given.map((_, column) => place(at * width + column)).join()})`);
    return client.query(`${text} values ${places.join()}`, rows.flat());
  };
  return seconds(async () => {
    for (const batch of batches) {
      await client.query('begin');
      await insert(
        'insert into registry_record (id, registry, record_type, external_id, data)',
        batch.map(({ id, recordType, externalId, data }) => [
          id,
          'SOCIAL',
          recordType,
          externalId,
          JSON.stringify(data),
        ]),
      );
      await insert(
        'insert into record_identifier (record_id, registry, record_type, type, value)',
        batch.flatMap(({ id, recordType, identifiers }) =>
          identifiers.map(({ type, value }) => [id, 'SOCIAL', recordType, type, value]),
        ),
      );
      await insert(
        'insert into record_version (record_id, version, data_key_id, data_sealed)',
        batch.map(({ id, sealed }) => [id, 1, id, sealed]),
      );
      await insert(
        'insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers)',
        batch.map(({ id, event, recordType, identifiers }) => [
          event,
          'SOCIAL',
          recordType,
          'REGISTER',
          id,
          1,
          JSON.stringify(identifiers),
        ]),
      );
      await client.query('commit');
    }
  });
}

const upsertAll = (gateway, records, progress) =>
  seconds(async () => {
    for (const [index, batch] of batchesOf(records).entries()) {
      const { upsertRecords } = await gateway.graphql(UPSERT, { records: batch });
      if (upsertRecords.refused > 0) throw new Error('a record was refused');
      if (index % 20 === 19) progress(`  ${(index + 1) * BATCH}`);
    }
  });

/** Somebody wants to hear of persons that are deleted: each version is kept, and each event is matched. */
async function heardGateway(ground) {
  const gateway = await ground.gateway(await ground.database('heard'), {
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
  });
  const partner = await gateway.partner('subscriber', {
    operations: ['SUBSCRIBE'],
    callbackHosts: ['127.0.0.1'],
    autoApproveSubscriptions: true,
  });
  const { urls } = await ground.receivers(1);
  const wanted = { registry: 'social', eventType: 'DELETE', recordType: 'SRPerson', url: urls[0] };
  await subscribe(gateway, partner, wanted);
  return gateway;
}

/** The command alone, from its start to its end. */
async function importAll(ground, databaseUrl, records) {
  const file = join(ground.folder, 'persons.ndjson');
  await writeFile(file, records.map((record) => JSON.stringify(record)).join('\n'));
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(ground.folder, 'import'),
    MASTER_KEY: randomBytes(32).toString('base64'),
  };
  return seconds(async () => {
    const child = ground.spawn('../dist/bin/cli.js', ['import', '--registry', 'social', file], env);
    child.stdout.resume();
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the import ended with ${code}`);
  });
}

function batchesOf(records) {
  const batches = [];
  for (let at = 0; at < records.length; at += BATCH) batches.push(records.slice(at, at + BATCH));
  return batches;
}

await alone(import.meta, { title, run });
