/** Posts an envelope of a partner whose reply may lie beyond the specification's schema, to which `Partner.post` holds it. */
import type { Answer, Partner } from './partner.js';

export async function rawPost(url: string, partner: Partner, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${url}/dci/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
