import { assert, asyncProperty, constantFrom, oneof, record, string } from 'fast-check';
import { ProtocolError, SignatureInvalid, SignatureMissing } from '../../src/protocol/errors.js';
import {
  signHttpRequest,
  signHttpResponse,
  verifyHttpRequest,
  verifyHttpResponse,
  type HttpHeaders,
  type HttpRequestMessage,
} from '../../src/protocol/signature/http.profile.js';
import type { VerificationKey } from '../../src/protocol/signature/signature.js';
import { signatures, signingKey, verificationKey } from './vectors.js';

const { senderId, created } = signatures;
const NAMES = ['ed25519', 'rsa', 'p256'] as const;
const known = new Map(NAMES.map((name) => [`${senderId}|key-${name}`, verificationKey(name)]));
const keyFor = (sender: string, kid: string): Promise<VerificationKey | undefined> =>
  Promise.resolve(known.get(`${sender}|${kid}`));
const now = new Date(created * 1000);
const MISMATCH = 'signature does not verify: it must be over this very message, with a valid key of this sender';

const request = (more: Partial<HttpRequestMessage> = {}): HttpRequestMessage => ({
  method: 'POST',
  targetUri: 'https://gateway.example/dci/v1/search?a=b',
  headers: { authorization: 'Bearer abc.def', 'content-type': 'application/json' },
  body: Buffer.from('{"transaction_id":"t-1"}'),
  ...more,
});
const lowerCase = (headers: Record<string, string>): HttpHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const signed = (message = request(), options = {}, name: (typeof NAMES)[number] = 'ed25519'): HttpRequestMessage => {
  const headers = signHttpRequest(message, signingKey(name), { senderId, now, ...options });
  return { ...message, headers: { ...message.headers, ...lowerCase(headers) } };
};
const verify = (message: HttpRequestMessage, options = {}) => verifyHttpRequest(message, { keyFor, now, ...options });

const field = (name: string, from: string | RegExp, to: string) => (message: HttpRequestMessage) => ({
  ...message,
  headers: { ...message.headers, [name]: String(message.headers[name]).replace(from, to) },
});
const input = (from: string | RegExp, to: string) => field('signature-input', from, to);
const without = (name: string) => (message: HttpRequestMessage) => ({
  ...message,
  headers: Object.fromEntries(Object.entries(message.headers).filter(([other]) => other !== name)),
});

const proofFor = (key: string) => ({ senderId, kid: `key-${key}`, nonce: 'b3k2pp5k7z-50gnwp.yemd', created });

describe('vectors of other implementations', () => {
  test.each(signatures.http.filter(({ status }) => status === undefined))('a request with $key', async (vector) => {
    const message = { ...vector, body: Buffer.from(vector.body) };
    expect(await verify(message)).toEqual(proofFor(vector.key));
    const elsewhere = verify({ ...message, targetUri: `${vector.targetUri}&x` });
    await expect(elsewhere).rejects.toThrow(new SignatureInvalid(MISMATCH));
  });

  test.each(signatures.http.filter(({ status }) => status !== undefined))('a reply with $key', async (vector) => {
    const message = { ...vector, status: 200, body: Buffer.from(vector.body) };
    expect(await verifyHttpResponse(message, { keyFor, now })).toEqual(proofFor(vector.key));
    const other = verifyHttpResponse({ ...message, status: 201 }, { keyFor, now });
    await expect(other).rejects.toThrow(new SignatureInvalid(MISMATCH));
  });

  test.each(signatures.httpByHand)(
    'what we sign with $key is theirs, byte for byte',
    ({ key, targetUri, body, nonce, headers }) => {
      const message = request({ targetUri, body: Buffer.from(body) });
      expect(signHttpRequest(message, signingKey(key), { senderId, now, nonce })).toEqual(headers);
    },
  );
});

describe('requests', () => {
  test.each(NAMES)('signed with %s verify', async (name) => {
    const message = signed(request(), { nonce: 'n-1' }, name);
    expect(await verify(message, { senderId })).toEqual({ senderId, kid: `key-${name}`, nonce: 'n-1', created });
  });

  test('carry the parameters of profile HTTP (contract: Message signature), and a nonce of their own', () => {
    const headers = signHttpRequest(request(), signingKey('rsa'), { senderId, now });
    expect(headers['Signature-Input']).toMatch(
      /^sig1=\("@method" "@target-uri" "content-digest" "authorization"\);created=1767225600;expires=1767225900;keyid="partner\.example\|key-rsa";alg="rsa-v1_5-sha256";nonce="[0-9a-f-]{36}"$/,
    );
    expect(headers['Content-Digest']).toMatch(/^sha-256=:[A-Za-z0-9+/]{43}=:$/);
    expect(signHttpRequest(request(), signingKey('rsa'), { senderId, now })['Signature-Input']).not.toBe(
      headers['Signature-Input'],
    );
  });

  test('without a token there is none to cover, and adding one later is refused', async () => {
    const message = signed(request({ headers: { 'content-type': 'application/json' } }));
    expect(message.headers['signature-input']).toMatch(/^sig1=\("@method" "@target-uri" "content-digest"\)/);
    expect(await verify(message)).toMatchObject({ senderId });
    const withToken = { ...message, headers: { ...message.headers, authorization: 'Bearer stolen' } };
    await expect(verify(withToken)).rejects.toThrow(new SignatureInvalid('HTTP signature must cover authorization'));
  });

  test('header names in any case, values as lines', async () => {
    const message = signed(request({ headers: { Authorization: [' Bearer abc.def '] } }));
    expect(
      await verify({ ...message, headers: { ...message.headers, Authorization: 'Bearer abc.def' } }),
    ).toMatchObject({ senderId });
  });

  test('other labels and other digests may stand beside ours', async () => {
    const { headers, ...rest } = signed();
    const more = {
      ...headers,
      'signature-input': `other=("@authority");created=1, ${String(headers['signature-input'])}`,
      signature: `other=:AAAA:, ${String(headers['signature'])}`,
    };
    expect(await verify({ ...rest, headers: more })).toMatchObject({ senderId });
  });

  const cover =
    'HTTP signature covers a component that is not taken; cover @method @target-uri content-digest authorization';
  test.each<[string, (message: HttpRequestMessage) => HttpRequestMessage, string]>([
    ['another method', (m) => ({ ...m, method: 'PUT' }), MISMATCH],
    ['another target', (m) => ({ ...m, targetUri: 'https://other.example/dci/v1/search?a=b' }), MISMATCH],
    ['another token', field('authorization', 'abc', 'xyz'), MISMATCH],
    ['another body', (m) => ({ ...m, body: Buffer.from('{}') }), 'Content-Digest is not the digest of the body'],
    ['no digest', without('content-digest'), 'HTTP signature: the field content-digest is missing'],
    [
      'only another digest',
      field('content-digest', 'sha-256', 'sha-512'),
      'Content-Digest must have a sha-256 member (RFC 9530)',
    ],
    ['a digest of text', field('content-digest', /:.*/, '"x"'), 'Content-Digest must have a sha-256 member (RFC 9530)'],
    ['no signature', without('signature'), 'HTTP signature: the field signature is missing'],
    ['no input', without('signature-input'), 'HTTP signature: the field signature-input is missing'],
    ['another label', input('sig1', 'sig2'), 'HTTP signature: Signature-Input must have the label sig1'],
    ['a label without bytes', field('signature', /:.*:/, '"x"'), 'HTTP signature: Signature must have the label sig1'],
    ['no list', input(/\(.*\)/, '1'), 'HTTP signature: Signature-Input must have the label sig1'],
    [
      'no dictionary',
      input('sig1=', '%'),
      'HTTP signature: the field signature-input is not a structured dictionary (RFC 9651)',
    ],
    ['an uncovered method', input('"@method" ', ''), 'HTTP signature must cover @method'],
    [
      'an uncovered target and digest',
      input('"@target-uri" "content-digest" ', ''),
      'HTTP signature must cover @target-uri content-digest',
    ],
    ['an uncovered token', input(' "authorization"', ''), 'HTTP signature must cover authorization'],
    ['other derived components', input('"@method"', '"@method" "@query"'), cover],
    ['components with parameters', input('"@method"', '"@method";req'), cover],
    ['components that are no strings', input('"@method"', '"@method" 1'), cover],
    [
      'a component twice',
      input('"@method"', '"@method" "@method"'),
      'HTTP signature: each component stands once, in lower case',
    ],
    [
      'an absent field',
      input('"@method"', '"@method" "x-absent"'),
      'HTTP signature covers "x-absent", which is not in this message',
    ],
    [
      'a name of every object',
      input('"@method"', '"@method" "constructor"'),
      'HTTP signature covers "constructor", which is not in this message',
    ],
    ['no nonce', input(/;nonce="[^"]*"/, ''), 'HTTP signature: the parameter nonce is missing or not a string'],
    ['an empty nonce', input(/;nonce="[^"]*"/, ';nonce=""'), 'HTTP signature: nonce must have 1 to 128 characters'],
    [
      'a long nonce',
      input(/;nonce="/, `;nonce="${'x'.repeat(128)}`),
      'HTTP signature: nonce must have 1 to 128 characters',
    ],
    ['another nonce', input(/;nonce="/, ';nonce="x'), MISMATCH],
    [
      'no created',
      input(/;created=\d+/, ''),
      'HTTP signature: the parameter created is missing or not a whole number of seconds',
    ],
    [
      'a fraction',
      input(/;created=\d+/, ';created=1.5'),
      'HTTP signature: the parameter created is missing or not a whole number of seconds',
    ],
    [
      'a date',
      input(/;expires=\d+/, ';expires="1767225900"'),
      'HTTP signature: the parameter expires is missing or not a whole number of seconds',
    ],
    [
      'a longer life',
      input(/;expires=\d+/, ';expires=1767225901'),
      'signature may live 300 s at most: expires - created is more',
    ],
    ['no keyid', input(/;keyid="[^"]*"/, ''), 'HTTP signature: the parameter keyid is missing or not a string'],
    ['a keyid without sender', input('partner.example|', ''), 'HTTP signature: keyid must be "{sender_id}|{kid}"'],
    ['an unknown key', input('key-ed25519', 'key-unknown'), MISMATCH],
    ['the key of another sender', input('partner.example', 'other.example'), MISMATCH],
    [
      'another algorithm',
      input('alg="ed25519"', 'alg="rsa-v1_5-sha256"'),
      'signature names another algorithm than its registered key has',
    ],
    [
      'an unknown algorithm',
      input('alg="ed25519"', 'alg="hmac-sha256"'),
      'HTTP signature: alg must be ed25519, rsa-v1_5-sha256 or ecdsa-p256-sha256',
    ],
  ])('%s is refused', async (_name, change, reason) => {
    expect(await verify(signed())).toMatchObject({ senderId });
    await expect(verify(change(signed()))).rejects.toThrow(reason);
    await expect(verify(change(signed()))).rejects.toBeInstanceOf(SignatureInvalid);
  });

  test('the sender of the message is the signer', async () => {
    await expect(verify(signed(), { senderId: 'other.example' })).rejects.toThrow(
      new SignatureInvalid('signature names a key of another sender than sender_id'),
    );
  });

  test('the time bounds are those of the envelope', async () => {
    const later = (seconds: number) => ({ now: new Date((created + seconds) * 1000) });
    expect(await verify(signed(), later(300))).toMatchObject({ created });
    await expect(verify(signed(), later(301))).rejects.toThrow('signature has expired; sign the message again');
    expect(await verify(signed(), later(-60))).toMatchObject({ created });
    await expect(verify(signed(), later(-61))).rejects.toThrow('signature is created more than 60 s in the future');
  });

  test('a request without signature fields is unsigned', async () => {
    const refusal = 'HTTP signature is missing: send Signature-Input, Signature and Content-Digest';
    await expect(verify(request())).rejects.toThrow(new SignatureMissing(refusal));
    await expect(verify(request())).rejects.toBeInstanceOf(SignatureMissing);
  });

  test('any fields at all are verified or refused as a protocol error', async () => {
    const good = signed().headers;
    const some = (name: string) =>
      oneof(
        string(),
        constantFrom(String(good[name]), 'sig1=()', 'sig1=("@method" "date");created=1', 'sig1=:AAAA:', 'sig1=?1'),
      );
    const fields = record({
      'signature-input': some('signature-input'),
      signature: some('signature'),
      'content-digest': some('content-digest'),
    });
    await assert(
      asyncProperty(fields, async (headers) => {
        const outcome = await verify(request({ headers, body: Buffer.from('x') })).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(ProtocolError);
      }),
    );
  });
});

describe('replies', () => {
  const reply = { status: 200, body: Buffer.from('{"status":"succ"}') };
  const options = { senderId: 'dci-gateway', now, nonce: 'n-2' };
  const headers = lowerCase(signHttpResponse(reply, { ...signingKey('p256') }, options));
  const trusted = { now, keyFor: () => Promise.resolve(verificationKey('p256')) };

  test('verify with status, digest and owner', async () => {
    const proof = { senderId: 'dci-gateway', kid: 'key-p256', nonce: 'n-2', created };
    expect(headers['signature-input']).toMatch(/^sig1=\("@status" "content-digest"\);/);
    expect(await verifyHttpResponse({ ...reply, headers }, { ...trusted, senderId: 'dci-gateway' })).toEqual(proof);
  });

  test('are refused when changed', async () => {
    const other = verifyHttpResponse({ ...reply, status: 500, headers }, trusted);
    await expect(other).rejects.toThrow(new SignatureInvalid(MISMATCH));
    const body = verifyHttpResponse({ ...reply, body: Buffer.from('{}'), headers }, trusted);
    await expect(body).rejects.toThrow(new SignatureInvalid('Content-Digest is not the digest of the body'));
  });
});
