import { generateKeyPairSync, hash } from 'node:crypto';
import { assert, asyncProperty, constantFrom, oneof, string, tuple } from 'fast-check';
import { ProtocolError, SignatureInvalid, SignatureMissing } from '../../src/protocol/errors.js';
import { canonicalJson, parseJson, type JsonObject } from '../../src/protocol/envelope/json.js';
import { signBytes, verifyBytes } from '../../src/protocol/signature/algorithm.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import {
  readSignature,
  signEnvelope,
  verifyEnvelope,
  type EnvelopeProfileName,
  type ReceivedMessage,
  type VerificationKey,
} from '../../src/protocol/signature/signature.js';
import { keys, signatures, signingKey, verificationKey, type KeyName } from './vectors.js';

const { senderId, created } = signatures;
const NAMES = ['ed25519', 'rsa', 'p256'] as const;
const at = (seconds: number): Date => new Date(seconds * 1000);
const known = new Map(NAMES.map((name) => [`key-${name}`, verificationKey(name)]));
const keyFor = (kid: string): Promise<VerificationKey | undefined> => Promise.resolve(known.get(kid));
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const MISMATCH = 'signature does not verify: it must be over this very message, with a valid key of this sender';

const objectOf = (text: string): JsonObject => {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error('not an object');
};
const received = (text: string, signature?: unknown): ReceivedMessage => {
  const document = objectOf(text);
  if (signature !== undefined) document['signature'] = JSON.parse(JSON.stringify(signature));
  return { text, document };
};
const verify = (profile: EnvelopeProfileName, message: ReceivedMessage, now = at(created + 1), sender = senderId) =>
  verifyEnvelope(profile, message, { senderId: sender, keyFor, now });
/** Nobody else waits for the event loop: as it is computed then. */
const verifyAlone = (profile: EnvelopeProfileName, message: ReceivedMessage, now = at(created + 1)) =>
  verifyEnvelope(profile, message, { senderId, keyFor, now, alone: true });

describe('vectors of other implementations', () => {
  test('their keys have the fingerprint that openssl prints', () => {
    for (const name of NAMES) {
      expect(importPublicKey({ publicKeyPem: keys[name].public }).fingerprint).toBe(keys[name].fingerprint);
    }
  });

  test.each(signatures.envelopes)('$profile with $key: theirs verify', async ({ profile, key, text, signature }) => {
    const message = received(text, signature);
    expect(readSignature(profile, message.document)).toMatchObject({ kid: `key-${key}` });
    const changed = text.replace('"total_count":', '"total_counts":');
    for (const verifies of [verify, verifyAlone]) {
      expect(await verifies(profile, message)).toEqual({ kid: `key-${key}` });
      await expect(verifies(profile, received(changed, signature))).rejects.toThrow(new SignatureInvalid(MISMATCH));
    }
  });

  const deterministic = signatures.envelopes.filter(({ key }) => key !== 'p256');
  test.each(deterministic)(
    '$profile with $key: ours are theirs, byte for byte',
    async ({ profile, key, text, signature }) => {
      const { header, message } = profile === 'OPENSPP' ? JSON.parse(text.replace('1.0, ', '1, ')) : JSON.parse(text);
      const ours = await signEnvelope(profile, { header, message }, signingKey(key), { senderId, now: at(created) });
      // JavaScript has no 1.0 to send, so that only the envelope without it is the same.
      expect(ours === signature).toBe(profile !== 'OPENSPP' || message === undefined);
    },
  );
});

describe.each(['DCI', 'JWS', 'OPENSPP'] as const)('%s', (profile) => {
  const envelope = {
    header: { sender_id: senderId, total_count: 1, absent: undefined },
    message: { name: 'Zoë', n: 1e21 },
  };
  const now = at(created + 0.7);

  test.each(NAMES)('what we sign with %s verifies after the way over the wire', async (name) => {
    for (const alone of [false, true]) {
      const signature = await signEnvelope(profile, envelope, signingKey(name), { senderId, now, alone });
      const text = JSON.stringify({ signature, ...envelope });
      expect(await verify(profile, received(text), now)).toEqual({ kid: `key-${name}` });
    }
  });

  test.each([[undefined], [''], ['  '], ['unsigned'], ['unsigned-stub']])('%j is unsigned', async (signature) => {
    const message = received(JSON.stringify(envelope), signature);
    expect(readSignature(profile, message.document)).toBeUndefined();
    const refusal = new SignatureMissing('signature is missing: sign header and message with a registered key');
    await expect(verify(profile, message)).rejects.toThrow(refusal);
    await expect(verify(profile, message)).rejects.toBeInstanceOf(SignatureMissing);
  });

  test.each([[null], [7], [{}], [['unsigned']]])('%j is malformed', async (signature) => {
    const message = received(JSON.stringify(envelope), signature);
    await expect(verify(profile, message)).rejects.toThrow(new SignatureInvalid('signature must be a string'));
  });

  test.each([['invalid-signature'], ['Unsigned'], ['x'.repeat(5000)], ['a.b.c'], ['="'], [',']])(
    'any other text must verify: %s',
    async (signature) => {
      const message = received(JSON.stringify(envelope), signature);
      await expect(verify(profile, message)).rejects.toBeInstanceOf(SignatureInvalid);
      expect(() => readSignature(profile, message.document)).toThrow(SignatureInvalid);
    },
  );

  test('unknown key, revoked key and wrong signature share their words', async () => {
    const foreign = { ...signingKey('ed25519'), kid: 'key-unknown' };
    const unknown = await signEnvelope(profile, envelope, foreign, { senderId, now });
    const text = JSON.stringify(envelope);
    await expect(verify(profile, received(text, unknown), now)).rejects.toThrow(new SignatureInvalid(MISMATCH));
    const wrongKey = await signEnvelope(profile, envelope, { ...signingKey('rsa'), kid: 'key-rsa' }, { senderId, now });
    const other: VerificationKey = { ...verificationKey('rsa'), keyObject: otherRsa };
    const options = { senderId, now, keyFor: () => Promise.resolve(other) };
    await expect(verifyEnvelope(profile, received(text, wrongKey), options)).rejects.toThrow(
      new SignatureInvalid(MISMATCH),
    );
  });

  test('the key decides the algorithm, never the message', async () => {
    const signature = await signEnvelope(
      profile,
      envelope,
      { ...signingKey('ed25519'), kid: 'key-rsa' },
      { senderId, now },
    );
    await expect(verify(profile, received(JSON.stringify(envelope), signature), now)).rejects.toThrow(
      new SignatureInvalid('signature names another algorithm than its registered key has'),
    );
  });

  test('any text at all is read or refused as a protocol error', async () => {
    const parts = constantFrom(
      'kidId="a|b|ed25519"',
      'algorithm="rs256"',
      ', ',
      '"',
      '=',
      'created="1"',
      '.',
      'eyJhbGciOiJFZERTQSJ9',
      '|',
    );
    const text = oneof(
      string(),
      tuple(parts, parts, parts, parts).map((all) => all.join('')),
    );
    await assert(
      asyncProperty(text, async (signature) => {
        const outcome = verify(profile, received('{"header":{}}', signature));
        await expect(outcome).rejects.toBeInstanceOf(ProtocolError);
      }),
    );
  });
});

describe('the signature string', () => {
  const text = '{"header":{"sender_id":"partner.example"},"message":{}}';
  const sign = (options: { created?: number; expires?: number; key?: KeyName } = {}) => {
    const { created: from = created, expires: until = from + 300, key = 'ed25519' } = options;
    const digest = `SHA-256=${hash('sha256', canonicalJson(objectOf(text)), 'base64')}`;
    const signed = Buffer.from(`(created): ${from}\n(expires): ${until}\ndigest: ${digest}`);
    const { algorithm, ...rest } = signingKey(key);
    const value = signBytes({ algorithm, ...rest }, signed).toString('base64');
    return `namespace="dci", kidId="${senderId}|key-${key}|${algorithm}", algorithm="${algorithm}", created="${from}", expires="${until}", headers="(created) (expires) digest", signature="${value}"`;
  };

  test.each<[string, (signature: string) => string]>([
    ['as it is', (signature) => signature],
    ['a leading Signature:', (signature) => `Signature:  ${signature}`],
    ['a missing last quote', (signature) => signature.slice(0, -1)],
    ['both, and the other namespace', (s) => `signature: ${s.slice(0, -1).replace('"dci"', '"spdci"')}`],
    ['parts without spaces', (signature) => signature.replaceAll(', ', ',')],
    ['parts in another order', (signature) => signature.split(', ').toReversed().join(', ')],
    ['a part of its own', (signature) => `${signature}, extra="1"`],
  ])('reads %s', async (_name, change) => {
    expect(await verify('DCI', received(text, change(sign())))).toEqual({ kid: 'key-ed25519' });
  });

  test('reads rs256 and es256', async () => {
    const rsa = sign({ key: 'rsa' }).replaceAll('rsa-sha256', 'rs256');
    expect(await verify('DCI', received(text, rsa))).toEqual({ kid: 'key-rsa' });
    const p256 = sign({ key: 'p256' }).replaceAll('ecdsa-sha256', 'es256');
    expect(await verify('DCI', received(text, p256))).toEqual({ kid: 'key-p256' });
  });

  test('a kid may hold the separator', () => {
    const document = { signature: sign().replace('key-ed25519', 'partner.example|1|x') };
    expect(readSignature('DCI', document)).toMatchObject({
      senderId,
      kid: 'partner.example|1|x',
      algorithm: 'ed25519',
    });
  });

  const sameAlgorithm = 'signature: algorithm and kidId must name the same known algorithm';
  const kidId = 'signature: kidId must be "{sender_id}|{kid}|{alg}"';
  test.each<[string, (signature: string) => string, string]>([
    ['no kidId', (s) => s.replace('kidId=', 'keyId='), 'signature: kidId is missing'],
    ['a kidId of two parts', (s) => s.replace('|ed25519"', '"'), kidId],
    ['an empty kid', (s) => s.replace('key-ed25519', ''), kidId],
    ['an unknown algorithm', (s) => s.replaceAll('"ed25519"', '"hmac"').replace('|ed25519', '|hmac'), sameAlgorithm],
    ['two algorithms', (s) => s.replace('algorithm="ed25519"', 'algorithm="rs256"'), sameAlgorithm],
    ['another namespace', (s) => s.replace('"dci"', '"x"'), 'signature: namespace must be "dci" or "spdci"'],
    [
      'fewer covered parts',
      (s) => s.replace('(expires) digest', 'digest'),
      'signature: headers must be "(created) (expires) digest"',
    ],
    [
      'a time with letters',
      (s) => s.replace(/created="\d+"/, 'created="soon"'),
      'signature: created must be a whole number of seconds since 1970',
    ],
    [
      'a negative time',
      (s) => s.replace(/expires="/, 'expires="-'),
      'signature: expires must be a whole number of seconds since 1970',
    ],
    ['a part twice', (s) => `${s}, created="1"`, 'signature: created stands twice'],
    [
      'bytes that are not base64',
      (s) => s.replace(/signature="./, 'signature="*'),
      'signature: the part signature must be base64',
    ],
    [
      'no commas',
      (s) => s.replaceAll(', ', ' '),
      'signature is malformed; it is a list of name="value" parts with commas between',
    ],
    ['a long text', (s) => s + ' '.repeat(1) + 'x'.repeat(4096), 'signature is longer than 4096 characters'],
    ['another signature', (s) => s.replace(/signature="[^"]+/, 'signature="AAAA'), MISMATCH],
    ['another time', (s) => s.replace(`"${created}"`, `"${created + 1}"`), MISMATCH],
  ])('refuses %s', async (_name, change, reason) => {
    await expect(verify('DCI', received(text, change(sign())))).rejects.toThrow(new SignatureInvalid(reason));
  });

  test.each([
    ['created 60 s ahead', { created: created + 60 }, 'accepted'],
    [
      'created 61 s ahead',
      { created: created + 61 },
      'signature is created more than 60 s in the future; check your clock',
    ],
    ['expiring now', { created: created - 300 }, 'accepted'],
    ['expired a second ago', { created: created - 301 }, 'signature has expired; sign the message again'],
    ['living 301 s', { expires: created + 301 }, 'signature may live 300 s at most: expires - created is more'],
    [
      'living for years',
      { expires: created + 99_999_999 },
      'signature may live 300 s at most: expires - created is more',
    ],
    [
      'expiring before it is created',
      { created: created + 9, expires: created },
      'signature expires before it is created',
    ],
  ])('%s', async (_name, times, outcome) => {
    const verified = verify('DCI', received(text, sign(times)), at(created)).then(
      () => 'accepted',
      (error: unknown) => (error instanceof SignatureInvalid ? error.message : error),
    );
    expect(await verified).toBe(outcome);
  });

  test('the signer is the sender of the header', async () => {
    await expect(verify('DCI', received(text, sign()), at(created), 'other.example')).rejects.toThrow(
      new SignatureInvalid('signature names a key of another sender than sender_id'),
    );
  });
});

describe('the JWS', () => {
  const text = '{"header":{"sender_id":"partner.example"}}';
  const jws = (header: object, payload = Buffer.from(text).toString('base64url')) => {
    const start = Buffer.from(JSON.stringify(header)).toString('base64url');
    const signature = signBytes(signingKey('ed25519'), Buffer.from(`${start}.${payload}`));
    return `${start}..${signature.toString('base64url')}`;
  };

  /** Seconds ahead of the moment of verification. */
  const timed = (ahead: Record<string, number>) => {
    const times = Object.entries(ahead).map(([name, seconds]) => [name, created + 1 + seconds]);
    return jws({ alg: 'EdDSA', kid: 'key-ed25519', ...Object.fromEntries(times) });
  };

  test('reads both names of Ed25519 and unencoded payloads (RFC 7797)', async () => {
    const kid = 'key-ed25519';
    for (const signature of [
      jws({ alg: 'EdDSA', kid }),
      jws({ alg: 'Ed25519', kid }),
      jws({ alg: 'EdDSA', kid, b64: false, crit: ['b64'] }, text),
    ]) {
      expect(await verify('JWS', received(text, signature))).toEqual({ kid });
    }
  });

  test.each([
    [{ alg: 'none', kid: 'key-ed25519' }, 'signature: alg of the JWS header must be EdDSA, RS256 or ES256'],
    [{ alg: 'HS256', kid: 'key-ed25519' }, 'signature: alg of the JWS header must be EdDSA, RS256 or ES256'],
    [{ alg: 'EdDSA' }, 'signature: kid of the JWS header is missing'],
    [{ alg: 'RS256', kid: 'key-ed25519' }, 'signature names another algorithm than its registered key has'],
    [{ alg: 'EdDSA', kid: 'key-ed25519', crit: ['exp'], exp: 4_000_000_000 }, MISMATCH],
    [{ alg: 'EdDSA', kid: 'no-such-key', jwk: { kty: 'OKP' } }, MISMATCH],
  ])('refuses %j', async (header, reason) => {
    await expect(verify('JWS', received(text, jws(header)))).rejects.toThrow(new SignatureInvalid(reason));
  });

  test.each([
    [{ exp: -1 }, /has expired/],
    [{ iat: 3600 }, /in the future/],
    [{ iat: 0, exp: 301 }, /300 s at most/],
  ])('is refused for the times %j in its header', async (given, refusal) => {
    await expect(verify('JWS', received(text, timed(given)))).rejects.toThrow(refusal);
  });

  test.each<Record<string, number>>([{ exp: 60 }, { iat: -1 }, { iat: -1, exp: 60 }])(
    'is taken with the times %j in its header',
    async (given) => {
      expect(await verify('JWS', received(text, timed(given)))).toEqual({ kid: 'key-ed25519' });
    },
  );

  test('refuses a time that is no number', async () => {
    const signature = jws({ alg: 'EdDSA', kid: 'key-ed25519', exp: '2020-01-01' });
    await expect(verify('JWS', received(text, signature))).rejects.toThrow(/exp of the JWS header/);
  });

  describe('with its payload', () => {
    const base64url = (payload: string) => Buffer.from(payload).toString('base64url');
    const attached = (payload: string, header: object = { alg: 'EdDSA', kid: 'key-ed25519' }) =>
      jws(header, base64url(payload)).replace('..', `.${base64url(payload)}.`);

    test('reads it in any order of members', async () => {
      const message = '{"header":{"sender_id":"partner.example","total_count":1},"message":{"a":[1.5]}}';
      const signed = '{ "message": {"a": [1.5]}, "header": {"total_count": 1, "sender_id": "partner.example"} }';
      expect(await verify('JWS', received(message, attached(signed)))).toEqual({ kid: 'key-ed25519' });
    });

    test.each([
      ['another value', '{"header":{"sender_id":"another.example"}}'],
      ['a member more', '{"header":{"sender_id":"partner.example","x":null}}'],
      ['a member less', '{"header":{}}'],
      ['something beside', '{"header":{"sender_id":"partner.example"},"x":1}'],
      ['a member twice', '{"header":{"sender_id":"another.example"},"header":{"sender_id":"partner.example"}}'],
      ['no JSON', 'header'],
    ])('refuses a payload that holds %s', async (_, payload) => {
      await expect(verify('JWS', received(text, attached(payload)))).rejects.toThrow(new SignatureInvalid(MISMATCH));
    });

    test('refuses a payload that was exchanged after signing', async () => {
      const [header, , signature] = attached('{"header":{"sender_id":"another.example"}}').split('.');
      const forged = `${header}.${base64url(text)}.${signature}`;
      await expect(verify('JWS', received(text, forged))).rejects.toThrow(new SignatureInvalid(MISMATCH));
    });

    test.each(NAMES)('ours with %s are read', async (key) => {
      const envelope = { header: { sender_id: senderId }, message: { a: 'ü' } };
      const options = { senderId, now: at(created), jwsForm: 'ATTACHED' } as const;
      const signature = await signEnvelope('JWS', envelope, signingKey(key), options);
      const [, payload = ''] = signature.split('.');
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual(envelope);
      expect(await verify('JWS', received(JSON.stringify(envelope), signature))).toEqual({ kid: `key-${key}` });
    });
  });

  test('reads a payload that was sorted by code point with its numbers as sent', async () => {
    const sent = '{"header":{"z":1.0,"a":"ü"}}';
    const sorted = Buffer.from('{"header":{"a":"ü","z":1.0}}').toString('base64url');
    const signature = jws({ alg: 'EdDSA', kid: 'key-ed25519', typ: 'JWT' }, sorted);
    expect(await verify('JWS', received(sent, signature))).toEqual({ kid: 'key-ed25519' });
    const other = received(sent.replace('1.0', '1.5'), signature);
    await expect(verify('JWS', other)).rejects.toThrow(new SignatureInvalid(MISMATCH));
  });

  test.each(['AAAA.AAAA', 'AAAA.B.C.D', 'AA AA..AAAA', '.AAAA.AAAA', `AAAA..${'A'.repeat(5000)}`])(
    'refuses what is no compact JWS',
    async (signature) => {
      await expect(verify('JWS', received(text, signature))).rejects.toThrow(/is not a compact JWS/);
    },
  );

  test('refuses a header that cannot be read', async () => {
    await expect(verify('JWS', received(text, 'AAAA..AAAA'))).rejects.toThrow(
      new SignatureInvalid('signature: the JWS header cannot be read'),
    );
  });
});

test('signatures of any length are refused, not thrown at', () => {
  for (const name of NAMES) {
    for (const length of [0, 1, 63, 64, 65, 256, 257, 1000]) {
      expect(verifyBytes(verificationKey(name), Buffer.from('x'), Buffer.alloc(length))).toBe(false);
    }
  }
});

test('OPENSPP tells 1.0 from 1, and DCI does not', async () => {
  const vectors = signatures.envelopes.filter(({ key, text }) => key === 'ed25519' && text.includes('1.0, '));
  for (const { profile, text, signature } of vectors) {
    const verified = verify(profile, received(text.replace('1.0, ', '1, '), signature)).then(
      () => true,
      () => false,
    );
    expect(await verified).toBe(profile !== 'OPENSPP');
  }
});
