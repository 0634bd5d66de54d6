/** The vectors that docs/signing.md shows are made again here, each line of them. */
import { readFileSync } from 'node:fs';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../src/protocol/envelope/json.js';
import { ROOT } from '../support/documents.js';
import { keys, signatures } from './vectors.js';

const page = readFileSync(`${ROOT}/docs/signing.md`, 'utf8');
const key = createPrivateKey(keys.ed25519.private);

/** A block of names and what they are; further lines of one are set in below its first. */
function shown(first: string): Record<string, string> {
  const block = new RegExp(`\`\`\`text\\n(${first}[^]*?)\`\`\``).exec(page)?.[1] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/^(\S.*?) {2,}(.*(?:\n {5,}.*)*)/gm)].map(([, name = '', text = '']) => [
      name,
      text.replaceAll(/\n +/g, '\n'),
    ]),
  );
}

test('an envelope', () => {
  const { payload = '', digest, signed = '', signature, ...rest } = shown('private key');
  expect(rest).toEqual({
    'private key': keys.ed25519.private.trim(),
    'public key': keys.ed25519.public.trim(),
    'sender, kid': `${signatures.senderId}, key-ed25519`,
  });
  expect(canonicalJson(JSON.parse(payload) as JsonObject)).toBe(payload);
  expect(digest).toBe(`SHA-256=${createHash('sha256').update(payload).digest('base64')}`);
  expect(signed.split('\n')).toEqual([
    `(created): ${signatures.created}`,
    `(expires): ${signatures.expires}`,
    `digest: ${digest}`,
  ]);
  expect(signature?.split('signature=')[1]).toBe(`"${sign(null, Buffer.from(signed), key).toString('base64')}"`);
});

test('a request without an envelope', () => {
  const { base = '', ...headers } = shown('base');
  const [theirs] = signatures.httpByHand;
  expect(headers).toEqual(theirs?.headers);
  expect(page).toContain(`the body \`${theirs?.body}\` and the token \`abc.def\``);
  expect(headers['Signature']).toBe(`sig1=:${sign(null, Buffer.from(base), key).toString('base64')}:`);
});
