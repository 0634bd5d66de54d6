/** OpenID Connect sign in: authorization code with PKCE, where the gateway names an issuer. */
import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';
import { session } from './session.js';

export interface ConsoleConfig {
  /** Whether there are accounts of the gateway's own. */
  accounts: boolean;
  oidc: { issuer: string; clientId: string; audience: string } | null;
}

const BASE = `${location.origin}/console`;
const CALLBACK = `${BASE}/signed-in`;

export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console/config.json');
  const config: ConsoleConfig = await response.json();
  return config;
}

let manager: UserManager | undefined;

function managerOf({ issuer, clientId, audience }: NonNullable<ConsoleConfig['oidc']>): UserManager {
  if (manager !== undefined) return manager;
  manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: CALLBACK,
    post_logout_redirect_uri: BASE,
    scope: 'openid profile',
    // RFC 8707: the access token is to be for the gateway. It asks for an absolute URI; other audiences are the issuer's own way.
    ...(/^https?:/.test(audience) ? { resource: audience } : {}),
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: true,
  });
  manager.events.addUserLoaded((user: User) => session.begin(user.access_token));
  return manager;
}

/** Leaves for the issuer, and comes back to the page that was asked for. */
export async function signInWithIssuer(oidc: NonNullable<ConsoleConfig['oidc']>): Promise<void> {
  await managerOf(oidc).signinRedirect({ state: location.pathname + location.search });
}

/** Ends a sign in on the way back from the issuer; in a tab that is signed in already, renewal goes on. */
export async function resumeSignIn({ oidc }: ConsoleConfig): Promise<void> {
  if (oidc === null) return;
  const users = managerOf(oidc);
  if (!location.href.startsWith(CALLBACK)) return void (await users.getUser());
  const answer = location.href;
  history.replaceState(null, '', '/console/');
  const { access_token: token, state } = await users.signinRedirectCallback(answer);
  if (typeof state === 'string' && state.startsWith('/console')) history.replaceState(null, '', state);
  session.begin(token);
}
