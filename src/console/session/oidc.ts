/** OpenID Connect sign in: authorization code with PKCE, where the gateway names an issuer. */
import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';
import { checkToken } from './check-token.js';
import { patiently } from './patience.js';
import { session } from './session.js';

/** Why a sign in at the issuer led to no session here; `noRole` is somebody whom it knows and we do not. */
export type IssuerProblem = 'failed' | 'noRole' | 'unreachable';

export interface ConsoleConfig {
  /** Whether there are accounts of the gateway's own. */
  accounts: boolean;
  oidc: { issuer: string; clientId: string; audience: string } | null;
  /** Within which the gateway answers. */
  answersWithinMs: number;
}

const BASE = `${location.origin}/console`;
const CALLBACK = `${BASE}/signed-in`;

export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await patiently('/console/config.json');
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
  // What is renewed after the session ended opens no other.
  manager.events.addUserLoaded((user: User) => {
    session.renew(user.access_token);
  });
  // One that ended by itself or in another tab leaves nothing here; the button needs it to end it at the issuer.
  session.subscribe(() => {
    const ended = session.token() === undefined && session.farewell() !== 'signed-out';
    if (ended) void manager?.removeUser();
  });
  return manager;
}

/** Leaves for the issuer, and comes back to the page that was asked for. @param anew as whom may be chosen again */
export async function signInWithIssuer(oidc: NonNullable<ConsoleConfig['oidc']>, anew: boolean): Promise<void> {
  const state = location.pathname + location.search;
  await managerOf(oidc).signinRedirect({ state, ...(anew ? { prompt: 'login' } : {}) });
}

/** Ends the session of the issuer too: else whoever sits down here next is let in without a password. */
export async function signOutAtIssuer(): Promise<void> {
  const users = manager;
  if (users === undefined || (await users.getUser()) === null) return;
  // Where the issuer has no address for it, it ends here only.
  await users.signoutRedirect().catch(() => users.removeUser());
}

/** Ends a sign in on the way back from the issuer; in a tab that is signed in already, renewal goes on. */
export async function resumeSignIn({ oidc }: ConsoleConfig): Promise<IssuerProblem | undefined> {
  if (oidc === null) return undefined;
  const users = managerOf(oidc);
  const answer = location.href;
  if (!answer.startsWith(CALLBACK)) {
    await users.getUser();
    return undefined;
  }
  history.replaceState(null, '', '/console/');
  const user = await users.signinRedirectCallback(answer).catch(() => undefined);
  if (user === undefined) return 'failed';
  const { access_token: token, state } = user;
  if (typeof state === 'string' && state.startsWith('/console')) history.replaceState(null, '', state);
  const checked = await checkToken(token);
  if ('subject' in checked) {
    session.begin(token, checked.subject);
    return undefined;
  }
  await users.removeUser();
  return checked.problem === 'unreachable' ? checked.problem : 'noRole';
}
