/** A call in a form that the specification does not have: what a vendor's system sends, and reads back. */
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import type { Answer, Partner } from './partner.js';
import type { TestGateway } from './gateway.js';

/** Posts a body as it is, with the partner's token; the reply may have the vendor's form. */
export async function foreignCall(
  { url }: Pick<TestGateway, 'url'>,
  { token }: Pick<Partner, 'token'>,
  path: string,
  body: JsonObject,
): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `bearer ${token}` };
  const response = await fetch(`${url}/dci/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
