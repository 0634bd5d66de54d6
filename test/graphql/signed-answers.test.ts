import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { signHttpRequest, verifyHttpResponse } from '../../src/protocol/signature/http.profile.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

const SEARCH = `mutation ($input: SearchInput!) { search(input: $input) { items { records } } }`;
const input = {
  registry: 'SOCIAL',
  transactionId: 't',
  items: [{ referenceId: 'a', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: 'nobody é' } }],
};

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway.close());

/** The raw bytes of an answer to a signed operation, as they came. */
async function ask(partner: Partner, query: string, { signed = true } = {}) {
  const target = `${gateway.url}/graphql`;
  const body = Buffer.from(JSON.stringify({ query, variables: { input } }));
  const authorization = `Bearer ${partner.token}`;
  const message = { method: 'POST', targetUri: target, headers: { authorization }, body };
  const options = { senderId: partner.senderId, now: new Date() };
  const signature = signed ? signHttpRequest(message, partner.key, options) : {};
  const headers = { 'content-type': 'application/json', authorization, ...signature };
  const response = await fetch(target, { method: 'POST', headers, body });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes };
}

async function keyFor(_senderId: string, kid: string) {
  const response = await fetch(`${gateway.url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] };
  const key = keys.find((each) => each.kid === kid);
  return key && { kid, algorithm: 'ed25519' as const, keyObject: createPublicKey({ key, format: 'jwk' }) };
}

const verify = (answer: Awaited<ReturnType<typeof ask>>) =>
  verifyHttpResponse(answer, { senderId: 'dci-gateway', keyFor, now: new Date() });

describe('the answer to a signed operation', () => {
  test.each([
    ['that succeeds', SEARCH, 200, undefined],
    ['that is refused', '{ senders { totalCount } }', 200, 'FORBIDDEN'],
    ['that no schema knows', '{ nothing }', 400, 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is signed with the key of the JWKS, over status and body', async (_, query, status, code) => {
    const answer = await ask(await createPartner(gateway), query);
    const { errors = [{}] } = JSON.parse(answer.body.toString()) as { errors?: { extensions?: { code: string } }[] };
    expect([answer.status, errors[0]?.extensions?.code]).toEqual([status, code]);
    expect(await verify(answer)).toMatchObject({ senderId: 'dci-gateway' });
    await expect(verify({ ...answer, status: 201 })).rejects.toThrow('signature does not verify');
    const other = Buffer.concat([answer.body, Buffer.from(' ')]);
    await expect(verify({ ...answer, body: other })).rejects.toThrow('Content-Digest is not the digest of the body');
  });

  test('has no signature where the operation had none', async () => {
    const sandbox = await createPartner(gateway, { sender: { sandbox: true, signaturePolicy: 'OPTIONAL' } });
    const answer = await ask(sandbox, SEARCH, { signed: false });
    expect(JSON.parse(answer.body.toString())).toEqual({ data: { search: { items: [{ records: [] }] } } });
    expect(answer.headers).not.toHaveProperty('signature');
    expect(await verify(await ask(sandbox, SEARCH))).toMatchObject({ senderId: 'dci-gateway' });
  });
});
