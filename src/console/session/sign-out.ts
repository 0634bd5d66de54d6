import type { Client } from 'urql';
import { graphql } from '../graphql/graphql.js';
import type { Me } from './me.js';
import { signOutAtIssuer } from './oidc.js';
import { session } from './session.js';

const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut
  }
`);

/** A session of the gateway's own ends there too, one of an issuer at the issuer, not only in this tab. */
export async function signOut(client: Client, { account }: Me): Promise<void> {
  if (account !== null) await client.mutation(SIGN_OUT, {}).toPromise();
  session.end('signed-out');
  await signOutAtIssuer();
}
