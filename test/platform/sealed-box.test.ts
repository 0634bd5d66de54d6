import { randomBytes } from 'node:crypto';

import { open, seal } from '../../src/platform/sealed-box.js';

const key = randomBytes(32);
const secret = Buffer.from('a private key');

test('what was sealed opens under the same key and place, and never looks the same twice', () => {
  const box = seal(key, secret, 'server-key:1');
  expect(open(key, box, 'server-key:1')).toEqual(secret);
  expect(seal(key, secret, 'server-key:1')).not.toEqual(box);
  expect(box.includes(secret)).toBe(false);
  expect(open(key, seal(key, Buffer.alloc(0), ''), '')).toEqual(Buffer.alloc(0));
});

test.each([
  ['another key', (box: Buffer) => open(randomBytes(32), box, 'server-key:1')],
  ['another place', (box: Buffer) => open(key, box, 'server-key:2')],
  ['a changed ciphertext', (box: Buffer) => open(key, flip(box, box.length - 1), 'server-key:1')],
  ['a changed nonce', (box: Buffer) => open(key, flip(box, 1), 'server-key:1')],
  ['a changed tag', (box: Buffer) => open(key, flip(box, 13), 'server-key:1')],
])('%s does not open it', (_, attempt) => {
  expect(() => attempt(seal(key, secret, 'server-key:1'))).toThrow('altered, or belongs to another key or place');
});

test('an unknown version or a cut box is named', () => {
  expect(() => open(key, flip(seal(key, secret, ''), 0), '')).toThrow('unknown form');
  expect(() => open(key, Buffer.of(1, 2), '')).toThrow('unknown form');
});

function flip(box: Buffer, at: number): Buffer {
  const changed = Buffer.from(box);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}
