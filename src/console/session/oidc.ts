/** OpenID Connect sign in: authorization code with PKCE, where the gateway names an issuer. */
import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';
import { session } from './session.js';

export interface ConsoleConfig {
  oidc: { issuer: string; clientId: string } | null;
}

const BASE = `${location.origin}/console`;
const CALLBACK = `${BASE}/signed-in`;

export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console/config.json');
  const config: ConsoleConfig = await response.json();
  return config;
}

let manager: UserManager | undefined;

function managerOf({ issuer, clientId }: NonNullable<ConsoleConfig['oidc']>): UserManager {
  if (manager !== undefined) return manager;
  manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: CALLBACK,
    post_logout_redirect_uri: BASE,
    scope: 'openid profile',
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: true,
  });
  manager.events.addUserLoaded((user: User) => session.begin(user.access_token));
  return manager;
}

export async function signInWithIssuer(oidc: NonNullable<ConsoleConfig['oidc']>): Promise<void> {
  await managerOf(oidc).signinRedirect();
}

/** On the way back from the issuer; anywhere else it does nothing. */
export async function finishSignIn({ oidc }: ConsoleConfig): Promise<void> {
  if (oidc === null || !location.href.startsWith(CALLBACK)) return;
  const { access_token: token } = await managerOf(oidc).signinRedirectCallback();
  history.replaceState(null, '', '/console/');
  session.begin(token);
}
