/**
 * The whole story on one machine, step by step: an OpenSPP database beside the gateway, connected by the shipped file; a
 * ministry that searches, verifies and subscribes; a death written in OpenSPP's own table, and what comes of it.
 *
 *   npm run tour [-- --postgres postgres://…]     a server on which it may make databases and roles; else one of its own
 */
import { once } from 'node:events';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { startGateway } from '../dist/app.js';
import { DciClient } from '../dist/client/dci-client.js';
import { createInbox } from '../dist/client/inbox.js';
import { searchMessage, subscribeMessage } from '../dist/client/messages.js';
import { RemoteKeys } from '../dist/client/remote-keys.js';
import { readConfig } from '../dist/platform/config.js';
import { startEmbeddedPostgres } from '../dist/platform/embedded-postgres.js';
import { createLog } from '../dist/platform/log.js';

const { values: options } = parseArgs({ options: { postgres: { type: 'string' } } });
const RUN = randomBytes(3).toString('hex');
const READER = `tour_reader_${RUN}`;
const closing = [];
let step = 0;
const tell = (text) => console.log(`\n${(step += 1)}. ${text}`);
const show = (text) => console.log(`   ${text}`);
const file = (path) => readFile(new URL(path, import.meta.url), 'utf8');

try {
  await tour();
  console.log('\nThat was the tour: nothing was written to OpenSPP but what OpenSPP wrote itself.');
} finally {
  for (const close of closing.toReversed()) await close();
}

async function tour() {
  const server = options.postgres ?? (await ownServer());
  tell('A ministry has its registry in OpenSPP: its own PostgreSQL database, with three households of made-up people.');
  const openspp = await databaseOn(server, `tour_openspp_${RUN}`);
  await openspp.client.query(await file('tour-openspp.sql'));
  await openspp.client.query(await file('../sources/openspp-views.sql'));
  await openspp.client.query(`create role ${READER} login replication password 'reads';
    grant usage on schema gateway to ${READER}; grant select on all tables in schema gateway to ${READER};
    grant select on spp_group_membership to ${READER}`);
  closing.push(() => openspp.client.query(`drop owned by ${READER}; drop role ${READER}`));
  show(
    'Its administrator ran sources/openspp-views.sql and made a role that may read and replicate, and nothing else.',
  );

  tell('The gateway starts beside it; the address of OpenSPP stands in its environment only.');
  const own = await databaseOn(server, `tour_gateway_${RUN}`);
  const reader = Object.assign(new URL(openspp.url), { username: READER, password: 'reads' }).href;
  const gateway = await gatewayOn(own.url, reader);
  show(gateway.url);

  tell('The shipped file sources/openspp.yaml is checked.');
  const yaml = (await file('../sources/openspp.yaml')).replace(/slot: \w+/, `slot: tour_${RUN}`);
  const { checkSource } = await gateway.ask(
    `mutation ($yaml: String!) { checkSource(yaml: $yaml) {
    errors { line message } warnings { line message } samples { entry data } } }`,
    { yaml },
  );
  for (const { line, message } of checkSource.warnings.slice(0, 2))
    show(`note, line ${line}: ${message.slice(0, 150)}`);
  show(
    `errors: ${checkSource.errors.length}; a record looks like ${JSON.stringify(checkSource.samples[0].data).slice(0, 110)}…`,
  );
  const statement = checkSource.warnings
    .map(({ message }) => /CREATE PUBLICATION .*(?=, by)/.exec(message)?.[0])
    .find(Boolean);
  await openspp.client.query(statement);
  show(
    'The administrator of OpenSPP ran the statement that the check printed, so that changes are told as they are committed.',
  );

  tell('It is applied: the registry is copied, and followed from then on.');
  await gateway.ask('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml });
  const source = await until(async () => {
    const { source: seen } = await gateway.ask(
      '{ source(name: "openspp") { state served followedBy lagSeconds lastError } }',
    );
    return seen.state === 'RUNNING' && seen;
  });
  show(`${source.served} records served, changes by ${source.followedBy.toLowerCase()}, ${source.lagSeconds} s behind`);

  tell('Another ministry is onboarded: a sender with its public key, and an agreement that says what it may have.');
  const inbox = await inboxOf(gateway.url);
  const health = await ministryOf(gateway, inbox.url);
  show('ministry-of-health may search, verify and subscribe; released to it: identifier, name, birth_date.');

  tell('It searches for a person by national number, signed.');
  const found = await health.ask(
    'social/registry/sync/search',
    'search',
    searchMessage({ ids: [{ name: 'UIN', value: 'TG-1001' }] }, new Date()),
  );
  const [record] = found.body.message.search_response[0].data.reg_records;
  show(`answer signed by key ${found.signedBy}: ${JSON.stringify(record)}`);

  tell('It verifies a claim, and learns whether it is true and nothing else.');
  const verified = await health.short('verify', {
    registry: 'social',
    verify: { UIN: 'TG-1001', birth_date: '1951-04-03' },
  });
  show(JSON.stringify(verified.body).slice(0, 160));

  tell('It subscribes to persons who leave the registry: OpenSPP ends the registrant of a person who died.');
  await health.request(
    'social/registry/subscribe',
    'subscribe',
    subscribeMessage({ eventType: 'DELETE', recordType: 'SRPerson' }, new Date()),
    inbox.url,
  );
  await inbox.next('on-subscribe');
  show('the registry confirmed the subscription at the ministry’s inbox');
  const watched = watch(gateway.url);
  await watched.ready;

  tell('A death is written in OpenSPP’s own table, by OpenSPP.');
  await openspp.client.query(
    `update res_partner set disabled = now(), disabled_reason = 'deceased', write_date = now() where id = 1`,
  );
  const written = performance.now();
  const event = await watched.event;
  show(
    `an administrator who watches live sees ${event.eventType} of a ${event.recordType} in ${event.registry}, ${Math.round(performance.now() - written)} ms later`,
  );
  const notified = await inbox.next('notify');
  show(
    `the ministry’s inbox has the notification, signed by ${notified.signedBy}, ${Math.round(performance.now() - written)} ms later:`,
  );
  show(JSON.stringify(notified.message).slice(0, 220));
  const gone = await health.ask(
    'social/registry/sync/search',
    'search',
    searchMessage({ ids: [{ name: 'UIN', value: 'TG-1001' }] }, new Date()),
  );
  show(
    `a search for this person now finds ${gone.body.message.search_response[0].data?.reg_records.length ?? 0} records`,
  );

  tell('Everything is in the audit: its chain is sealed, and verifies.');
  const { verifyAudit } = await until(async () => {
    const verdict = await gateway
      .ask('{ verifyAudit(seals: 100) { intact seals entries } }')
      .catch((error) => show(error.message));
    return verdict?.verifyAudit.intact && verdict.verifyAudit.entries > 0 && verdict;
  });
  show(`${verifyAudit.entries} entries under ${verifyAudit.seals} seals: whole`);
}

async function ownServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'dci-tour-'));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startEmbeddedPostgres({ dataDir, log: createLog('silent'), settings: { wal_level: 'logical' } });
  closing.push(() => server.close());
  return server.url;
}

async function databaseOn(server, name) {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: url });
  await client.connect();
  closing.push(async () => {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return { url, client };
}

async function gatewayOn(databaseUrl, opensppUrl) {
  const adminToken = randomBytes(24).toString('hex');
  const { config, secrets } = readConfig({
    DATABASE_URL: databaseUrl,
    OPENSPP_DATABASE_URL: opensppUrl,
    MASTER_KEY: randomBytes(32).toString('base64'),
    ADMIN_TOKEN: adminToken,
    PORT: '0',
    HOST: '127.0.0.1',
    SEED: 'none',
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
    LOG_LEVEL: 'error',
  });
  const gateway = await startGateway(config, { ...secrets, databaseUrl }, { log: createLog('error') });
  closing.push(() => gateway.close());
  closing.push(() => ask('mutation { removeSource(name: "openspp") { name } }').catch(() => undefined));
  const ask = async (query, variables = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return data;
  };
  watch.token = adminToken;
  return { url: gateway.url, ask };
}

async function inboxOf(gatewayUrl) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const taken = [];
  const wanted = new Map();
  const look = () => {
    for (const [action, resolve] of wanted) {
      const index = taken.findIndex((message) => message.action === action);
      if (index < 0) continue;
      wanted.delete(action);
      resolve(taken.splice(index, 1)[0]);
    }
  };
  server.on(
    'request',
    createInbox({
      keys: new RemoteKeys(`${gatewayUrl}/.well-known/jwks.json`),
      profile: 'DCI',
      publicUrl: url,
      onMessage: (message) => {
        taken.push(message);
        look();
      },
      onRefusal: ({ message }) => show(`the inbox refused a message: ${message}`),
    }),
  );
  closing.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return {
    url,
    next: (action) =>
      new Promise((resolve) => {
        wanted.set(action, resolve);
        look();
      }),
  };
}

async function ministryOf(gateway, inboxUrl) {
  const senderId = 'ministry-of-health';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { createSender } = await gateway.ask(
    `mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }`,
    {
      input: {
        senderId,
        name: 'Ministry of Health',
        registries: ['SOCIAL'],
        allowedOperations: ['SEARCH', 'VERIFY', 'SUBSCRIBE'],
        callbackHosts: ['127.0.0.1'],
        notifyUri: inboxUrl,
        autoApproveSubscriptions: true,
      },
    },
  );
  await gateway.ask(
    `mutation ($senderId: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $senderId, input: $input) { kid } }`,
    {
      senderId,
      input: { kid: 'health-1', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
    },
  );
  await gateway.ask(`mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`, {
    input: {
      senderId,
      registry: 'SOCIAL',
      operations: ['SEARCH', 'VERIFY', 'SUBSCRIBE'],
      fields: ['identifier', 'name', 'birth_date'],
      legalBasis: 'PUBLIC_TASK',
    },
  });
  return new DciClient({
    url: gateway.url,
    senderId,
    clientId: createSender.clientId,
    clientSecret: createSender.clientSecret,
    profile: 'DCI',
    clock: () => new Date(),
    key: { kid: 'health-1', algorithm: 'ed25519', privateKey },
  });
}

function watch(url) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${watch.token}` },
  });
  closing.push(() => client.dispose());
  let resolveReady;
  const ready = new Promise((resolve) => {
    resolveReady = resolve;
  });
  const event = new Promise((resolve, reject) => {
    client.subscribe(
      { query: 'subscription { registryEventOccurred(registry: SOCIAL) { event { eventType recordType registry } } }' },
      { next: ({ data }) => resolve(data.registryEventOccurred.event), error: reject, complete: () => undefined },
    );
  });
  client.on('connected', () => setTimeout(() => resolveReady(), 300));
  return { ready, event };
}

async function until(look, seconds = 30) {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`it did not come to it in ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
