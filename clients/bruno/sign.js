/** Completes a message and signs it (docs/signing.md), before Bruno sends it. */
const { createHash, createPrivateKey, randomUUID, sign } = require('crypto');
const { readFileSync } = require('fs');
const path = require('path');

const LIFETIME = 300;
const ALGORITHMS = { ed25519: 'ed25519', rsa: 'rsa-sha256', ec: 'ecdsa-sha256' };

/** RFC 8785: members sorted, no blanks; JSON.stringify writes texts and numbers as it asks. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

function signature({ header, message }, { sender, kid, key }) {
  const created = Math.floor(Date.now() / 1000);
  const expires = created + LIFETIME;
  const digest = createHash('sha256').update(canonical({ header, message })).digest('base64');
  const text = Buffer.from(`(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${digest}`);
  const algorithm = ALGORITHMS[key.asymmetricKeyType];
  const hash = algorithm === 'ed25519' ? null : 'sha256';
  const bytes = sign(hash, text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  return `namespace="dci", kidId="${sender}|${kid}|${algorithm}", algorithm="${algorithm}", created="${created}", expires="${expires}", headers="(created) (expires) digest", signature="${bytes}"`;
}

/** What is the same in every message need not be typed: ids, times, counts. */
function complete({ header, message }, sender) {
  const now = new Date().toISOString();
  const items = Object.values(message).find(Array.isArray);
  for (const item of items ?? []) if (typeof item === 'object') item.timestamp ??= now;
  return {
    header: {
      version: '1.0.0',
      message_id: randomUUID(),
      message_ts: now,
      sender_id: sender,
      total_count: items?.length ?? 1,
      ...header,
    },
    message: { transaction_id: randomUUID(), ...message },
  };
}

function send(req, bru) {
  const body = req.getBody();
  if (typeof body !== 'object' || body === null || !('header' in body)) return;
  const value = (name) => bru.getEnvVar(name);
  // What is signed is what is sent, so variables are filled in before.
  const filled = JSON.parse(JSON.stringify(body).replaceAll(/\{\{(\w+)\}\}/g, (_, name) => value(name)));
  const key = createPrivateKey(readFileSync(path.resolve(bru.cwd(), value('key'))));
  const envelope = complete(filled, value('sender'));
  req.setHeader('Authorization', `Bearer ${bru.getVar('token')}`);
  req.setBody({ signature: signature(envelope, { sender: value('sender'), kid: value('kid'), key }), ...envelope });
}

module.exports = { canonical, signature, send };
