import type { Client } from 'urql';
import { graphql } from '../graphql/graphql.js';
import type { Me } from './me.js';
import { signOutAtIssuer } from './oidc.js';
import { authorization, session } from './session.js';

const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut
  }
`);

/**
 * A session of the gateway's own ends there too, one of an issuer at the issuer, not only in this tab; here at once, for
 * whoever leaves the desk does not wait for a slow line.
 */
export async function signOut(client: Client, { account }: Me): Promise<void> {
  const asBefore = { fetch: window.fetch, fetchOptions: { headers: { ...authorization() }, keepalive: true } };
  const told = account === null ? undefined : client.mutation(SIGN_OUT, {}, asBefore).toPromise();
  session.end('signed-out');
  await told;
  await signOutAtIssuer();
}
