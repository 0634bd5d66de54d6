import { createServer, type Server } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { createClient, RemoteKeys } from '../../src/client/client.js';
import { SIGNATURE_PROFILES } from '../../src/protocol/vocabulary.js';
import { buildCli, dci, linesOf, startCli, type CliResult } from '../support/cli.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MASTER_KEY = randomBytes(32).toString('base64');

let gateway: TestGateway;
let cwd: string;
let partner: Partner;
const run = (args: string[]): Promise<CliResult> => dci(args, { cwd });

/** Options of a partner whose key lies in a file; `--kid` because tests name their keys. */
async function as({ senderId, clientId, clientSecret, key }: Partner, url = gateway.url): Promise<string[]> {
  const file = join(cwd, `${senderId}.pem`);
  await writeFile(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return [
    '--url',
    url,
    '--key',
    file,
    '--kid',
    key.kid,
    '--sender',
    senderId,
    '--client-id',
    clientId,
    '--client-secret',
    clientSecret,
  ];
}

beforeAll(async () => {
  await buildCli();
  cwd = temporaryFolder();
  gateway = await startTestGateway({ env: { MASTER_KEY, DELIVERY_RETRY_SECONDS: '0' } });
  partner = await createPartner(gateway, { sender: { autoApproveSubscriptions: true } });
  await gateway.admin(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
    {
      records: [
        {
          recordType: 'SRPerson',
          identifiers: [{ type: 'UIN', value: '4711' }],
          data: { name: { surname: 'Okafor', given_name: 'Ada' }, sex: 'female', birth_date: '1985-05-20' },
        },
      ],
    },
  );
}, 180_000);
afterAll(() => gateway.close());

test('the client takes an address as people copy it, and says what is missing or who does not answer', async () => {
  const { senderId, clientId, clientSecret, key } = partner;
  const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const options = { url: gateway.url, senderId, clientId, clientSecret, privateKey, kid: key.kid };
  for (const url of [`${gateway.url}/`, `${gateway.url}/dci/v1`]) {
    const client = await createClient({ ...options, url });
    expect((await client.search('social', { ids: [{ name: 'UIN', value: '4711' }] })).signedBy).toBeTruthy();
  }
  await expect(createClient({ ...options, clientSecret: '' })).rejects.toThrow('clientSecret: is missing');
  await expect(createClient({ ...options, url: '127.0.0.1' })).rejects.toThrow('url: write it as https://');
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  nobody.close();
  await once(nobody, 'close');
  const away = await createClient({ ...options, url: `http://127.0.0.1:${port}` });
  const refused = { status: 0, code: 'ECONNREFUSED', message: `ECONNREFUSED: no answer from 127.0.0.1:${port}` };
  await expect(away.token()).rejects.toMatchObject(refused);
});

test('those who wait for the registry’s keys share one look at them', async () => {
  let looks = 0;
  const { promise: both, resolve: bothAsked } = Promise.withResolvers<void>();
  const jwks = createServer((_request, response) => {
    looks += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    void both.then(() => response.end('{"keys":[]}'));
  }).listen(0, '127.0.0.1');
  await once(jwks, 'listening');
  const keys = new RemoteKeys(`http://127.0.0.1:${(jwks.address() as AddressInfo).port}`);
  const asked = ['one', 'other'].map((kid) => keys.verificationKey(kid));
  await sleep(100);
  bothAsked();
  expect(await Promise.all(asked)).toEqual([undefined, undefined]);
  expect(looks).toBe(1);
  jwks.closeAllConnections();
  jwks.close();
});

describe('call', () => {
  test.each(SIGNATURE_PROFILES)('search in profile %s is answered, and the reply proven', async (profile) => {
    const other = await createPartner(gateway, { profile });
    const { code, json } = await run([
      'call',
      ...(await as(other)),
      '--profile',
      profile,
      'search',
      '--id',
      'UIN=4711',
      '--json',
    ]);
    expect({ code, verified: json.verified }).toEqual({ code: 0, verified: true });
    expect(json.reply.message.search_response[0].data.reg_records).toMatchObject([{ name: { surname: 'Okafor' } }]);
  });

  test('search by attributes finds, pages, and is printed for people', async () => {
    const args = ['search', '--where', 'name.surname=Okafor', '--where', 'sex=female', '--page-size', '5'];
    const { code, stdout, stderr } = await run(['call', ...(await as(partner)), ...args]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Signature verified, key [\w-]{43}\.\n$/);
    expect(JSON.parse(stdout).message.search_response[0].pagination).toEqual({
      page_size: 5,
      page_number: 1,
      total_count: 1,
    });
  });

  test('verify answers yes and no, signed in the headers', async () => {
    const args = [
      'verify',
      '--id',
      'UIN=4711',
      '--claim',
      'is_alive=true',
      '--claim',
      'birth_date=1985-05-21',
      '--json',
    ];
    const { code, json } = await run(['call', ...(await as(partner)), ...args]);
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { verified: true, reply: { verified: { is_alive: true, birth_date: false } } },
    });
  });

  test('a wrong secret, an unregistered key and a rejected item end with 1', async () => {
    const given = await as(partner);
    const secret = await run(['call', ...given, '--client-secret', 'wrong', 'search', '--id', 'UIN=4711']);
    expect(secret).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_client') });
    const key = await run(['call', ...given, '--kid', 'unknown', 'search', '--id', 'UIN=4711', '--json']);
    expect(key.code).toBe(1);
    expect(JSON.parse(key.stderr).error).toMatchObject({ code: 'err.signature.invalid' });
    const item = await run(['call', ...given, 'search', '--where', 'shoe_size=44', '--json']);
    expect(item).toMatchObject({ code: 1, json: { verified: true, reply: { header: { status: 'rjct' } } } });
  });

  test.each([
    [['search', '--id', 'UIN=1'], 'give --sender, --key and --client-secret, or --demo'],
    [['--demo', 'search'], 'give --id or --where'],
    [['--demo', 'search', '--id', 'UIN'], 'Use name=value'],
    [['--demo', 'verify', '--id', 'UIN=1'], '--claim for what is said of it'],
    [['--demo', 'txn-status'], 'give one of --transaction, --correlation and --reference'],
    [['--demo', 'search', '--registry', 'tax', '--id', 'UIN=1'], 'Use one of social, crvs, dr, fr, ibr'],
  ])('%j is wrong usage', async (args, words) => {
    const { code, stderr } = await run(['call', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  test('--demo without a demo partner says how to get one', async () => {
    const { code, stderr } = await run(['call', '--demo', 'search', '--id', 'UIN=1']);
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });

  test('a reply that was changed on its way is not believed', async () => {
    const forger = await startForger('Okafor', 'Forged');
    try {
      const { code, stdout, stderr } = await run([
        'call',
        ...(await as(partner, forger.url)),
        'search',
        '--id',
        'UIN=4711',
      ]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('signature does not verify');
    } finally {
      forger.server.close();
    }
  });

  test('an encrypted search is answered encrypted, and opened', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await gateway.admin(
      `mutation ($senderId: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $senderId, input: $input) { kid } }`,
      {
        senderId: partner.senderId,
        input: { kid: 'enc', use: 'ENC', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
      },
    );
    await writeFile(join(cwd, 'enc.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const args = [...(await as(partner)), '--encrypt', 'search', '--id', 'UIN=4711', '--json'];
    const opened = await run(['call', ...args, '--decrypt-key', 'enc.pem']);
    expect(opened).toMatchObject({ code: 0, json: { verified: true, reply: { header: { is_msg_encrypted: true } } } });
    expect(opened.json.reply.message.search_response[0].data.reg_records).toHaveLength(1);
    const closed = await run(['call', ...args]);
    expect(closed).toMatchObject({ code: 1, stderr: expect.stringContaining('give the private key that opens it') });
  });
});

describe('sign', () => {
  const message = { header: { action: 'search', sender_id: 'me' }, message: { a: 1 } };

  test('a signed file is what the gateway takes', async () => {
    const envelope = { header: partner.header('search'), message: { transaction_id: 't', search_request: [] } };
    await writeFile(join(cwd, 'm.json'), JSON.stringify(envelope));
    const [, , , key = ''] = await as(partner);
    const { code, stdout } = await run([
      'sign',
      'm.json',
      '--key',
      key,
      '--kid',
      partner.key.kid,
      '--sender',
      partner.senderId,
    ]);
    expect(code).toBe(0);
    const taken = await partner.post('/dci/v1/social/registry/sync/search', stdout);
    expect({ status: taken.status, signed: typeof JSON.parse(stdout).signature }).toEqual({
      status: 200,
      signed: 'string',
    });
    const forged = stdout.replace('"t"', '"u"');
    expect((await partner.post('/dci/v1/social/registry/sync/search', forged)).status).toBe(401);
  });

  test('takes standard input, and refuses what is no message or no key', async () => {
    const [, , , key = ''] = await as(partner);
    const given = ['--key', key, '--sender', 'me'];
    const input = JSON.stringify(message);
    const jws = await dci(['sign', '-', ...given, '--profile', 'jws', '--json'], { cwd, input });
    expect(jws.json.signature).toMatch(/^[\w-]+\.\.[\w-]+$/);
    const list = await dci(['sign', '-', ...given], { cwd, input: '[]' });
    expect(list).toMatchObject({ code: 1, stderr: expect.stringContaining('give an object with header and message') });
    const wrong = await dci(['sign', '-', '--key', 'm.json', '--sender', 'me'], { cwd, input });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('private key is not PEM') });
  });
});

test('listen takes the answer and the notification that subscribe has asked for; replay brings a lost one again', async () => {
  const inbox = await listen(0, 2);
  const callback = `${inbox.url}/on-subscribe`;
  const args = ['subscribe', '--registry', 'social', '--event', 'UPDATE', '--callback', callback, '--json'];
  const accepted = await run(['call', ...(await as(partner)), ...args]);
  expect(accepted).toMatchObject({ code: 0, json: { verified: false, reply: { message: { ack_status: 'ACK' } } } });
  const answer = await inbox.next();
  expect(answer).toMatchObject({ action: 'on-subscribe', again: false });
  expect(answer.message.correlation_id).toBe(accepted.json.reply.message.correlation_id);
  await change('Okoye');
  expect(await inbox.next()).toMatchObject({ action: 'notify', message: notificationOf('Okoye') });
  expect(await inbox.ended).toBe(0);

  await change('Okonkwo');
  await untilFailed();
  const env = { DATABASE_URL: gateway.databaseUrl, MASTER_KEY };
  const again = await listen(Number(new URL(inbox.url).port), 1);
  const nobody = await dci(['replay', '--sender', 'nobody'], { cwd, env });
  expect(nobody).toMatchObject({ code: 1, stderr: 'dci: senderId: no such sender\n  check the id\n' });
  const replayed = await dci(['replay', '--sender', partner.senderId, '--json'], { cwd, env });
  expect(replayed).toMatchObject({ code: 0, json: { count: 1 } });
  expect(await again.next()).toMatchObject({ action: 'notify', message: notificationOf('Okonkwo') });
}, 90_000);

test('listen does not go on without the key that it was to open messages with', async () => {
  const { code, stderr } = await run(['listen', '--port', '0', '--decrypt-key', 'none.pem']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ENOENT: none.pem') });
});

test('txn-status tells what became of a search', async () => {
  const given = await as(partner);
  const { json } = await run(['call', ...given, 'search', '--id', 'UIN=4711', '--json']);
  const transaction = json.reply.message.transaction_id;
  const status = await run(['call', ...given, 'txn-status', '--transaction', transaction, '--json']);
  expect(status).toMatchObject({ code: 0, json: { verified: true } });
  expect(status.json.reply.message.txnstatus_response.txn_status.search_response).toHaveLength(1);
});

async function change(surname: string): Promise<void> {
  await gateway.admin(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { updated } }`,
    {
      records: [
        {
          recordType: 'SRPerson',
          identifiers: [{ type: 'UIN', value: '4711' }],
          data: { name: { surname }, sex: 'female' },
        },
      ],
    },
  );
}

const notificationOf = (surname: string) => ({ notify_event: [{ data: { reg_records: { name: { surname } } } }] });

async function listen(port: number, count: number) {
  const child = startCli(['listen', '--url', gateway.url, '--port', String(port), '--count', String(count), '--json'], {
    cwd,
  });
  const ended = once(child, 'exit').then(([code]) => Number(code));
  const lines = linesOf(child);
  const next = async () => JSON.parse(String((await lines.next()).value));
  return { url: String((await next()).listening), next, ended };
}

async function untilFailed(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await gateway.database.query(`select 1 from delivery where state = 'FAILED'`)).length > 0) return;
    await sleep(100);
  }
  throw new Error('no delivery failed');
}

/** Stands between a partner and the gateway, and changes a word of what passes. */
async function startForger(from: string, to: string): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', headers, url } = request;
      const { authorization = '', 'content-type': type = '' } = headers;
      const body = method === 'GET' ? null : await text(request);
      const answer = await fetch(`${gateway.url}${url}`, {
        method,
        headers: { authorization, 'content-type': type },
        body,
      });
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end((await answer.text()).replace(from, to));
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('listen --timeout ends with the settings that a gateway needs to call back here', async () => {
  const args = ['listen', '--url', gateway.url, '--port', '0', '--count', '1', '--timeout', '1', '--json'];
  const { code, stderr } = await dci(args);
  expect(code).toBe(1);
  expect(stderr).toContain('0 of 1 messages came in 1 s');
  expect(stderr).toMatch(/ALLOW_HTTP_CALLBACKS=true.*ALLOW_PRIVATE_CALLBACKS=true/);
});
