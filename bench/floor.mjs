/**
 * The bare floor: what any server must do for a signed search, and nothing else. node:http and pg; parse, verify
 * (Ed25519 over RFC 8785), the same SQL, one audit INSERT, sign. No token, no agreement, no clamp, no replay guard.
 * With SOURCE_DATABASE_URL the SQL is that of a live source: key, record and list, each by a prepared statement.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { createServer } from 'node:http';
import canonicalize from 'canonicalize';
import { Pool } from 'pg';

const LOOK_UP = `SELECT r.id, r.version, r.data
  FROM record_identifier i JOIN registry_record r ON r.id = i.record_id
  WHERE i.registry = $1 AND i.type = $2 AND i.value = $3 AND i.record_type = $4 AND r.deleted_at IS NULL
  ORDER BY r.id LIMIT $5`;
const AUDIT = 'INSERT INTO bench_audit (id, sender_id, request, response, at) VALUES ($1, $2, $3, $4, now())';

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const { SOURCE_DATABASE_URL: sourceUrl } = process.env;
const source = sourceUrl === undefined ? undefined : new Pool({ connectionString: sourceUrl, max: 10 });
const partnerKey = createPublicKey({ key: JSON.parse(process.env.PARTNER_JWK), format: 'jwk' });
const { privateKey } = generateKeyPairSync('ed25519');

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    answer(Buffer.concat(chunks).toString()).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      () => response.writeHead(500).end(),
    );
  });
});

async function answer(text) {
  const { signature, header, message } = JSON.parse(text);
  const fields = Object.fromEntries(
    [...signature.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const signed = signingString({ header, message }, fields.created, fields.expires);
  if (!verify(null, signed, partnerKey, Buffer.from(fields.signature, 'base64'))) throw new Error('bad signature');
  const item = message.search_request[0];
  const { type, value } = item.search_criteria.query;
  const rows = await (source === undefined ? inOurs(type, value) : atSource(value));
  const reply = replyTo(header, message, item, rows);
  await pool.query({
    name: 'audit',
    text: AUDIT,
    values: [randomUUID(), header.sender_id, text, JSON.stringify(reply)],
  });
  const created = Math.floor(Date.now() / 1000);
  const own = sign(null, signingString(reply, created, created + 300), privateKey).toString('base64');
  return JSON.stringify({
    signature: `created="${created}", expires="${created + 300}", signature="${own}"`,
    ...reply,
  });
}

const inOurs = async (type, value) =>
  (await pool.query({ name: 'look-up', text: LOOK_UP, values: ['SOCIAL', type, value, 'SRPerson', 21] })).rows;

async function atSource(value) {
  const ask = async (name, text, values) => (await source.query({ name, text, values })).rows;
  const [key] = await ask('key', 'SELECT id FROM person WHERE uin = $1', [value]);
  const [person] = await ask('record', 'SELECT * FROM person WHERE id = $1', [key.id]);
  const phones = await ask('list', 'SELECT * FROM phone WHERE person = $1', [key.id]);
  const identifier = [{ identifier_type: 'UIN', identifier_value: person.uin }];
  const { surname, given_name, born: birth_date } = person;
  const phone_number = phones.map(({ number }) => number);
  return [{ data: { identifier, name: { surname, given_name }, birth_date, phone_number } }];
}

function signingString(envelope, created, expires) {
  const digest = createHash('sha256').update(canonicalize(envelope)).digest('base64');
  return Buffer.from(`(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${digest}`);
}

function replyTo(header, message, item, rows) {
  const now = new Date().toISOString();
  return {
    header: { ...header, action: 'on-search', status: 'succ', message_ts: now, completed_count: 1 },
    message: {
      transaction_id: message.transaction_id,
      correlation_id: randomUUID(),
      search_response: [
        {
          reference_id: item.reference_id,
          timestamp: now,
          status: 'succ',
          data: { reg_records: rows.map(({ data }) => data) },
          pagination: { page_size: 20, page_number: 1, total_count: rows.length },
        },
      ],
    },
  };
}

await pool.query(
  'CREATE TABLE IF NOT EXISTS bench_audit (id uuid PRIMARY KEY, sender_id text, request jsonb, response jsonb, at timestamptz)',
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.on('SIGTERM', () => {
  server.close(() => void Promise.all([pool.end(), source?.end()]));
  server.closeAllConnections();
});
