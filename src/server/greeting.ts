/** What `npm start` prints once it serves: where everything is, and a call that works as pasted. */
import type { DemoPartner } from './demo-partner.file.js';
import type { Config } from '../platform/config.js';
import type { LocalSecrets } from '../platform/local-secrets.js';

export function greeting(
  { url, address }: { url: string; address: string },
  partner: DemoPartner | undefined,
  { adminToken, adminTokenIsNew }: Partial<LocalSecrets>,
  { allowHttpCallbacks, allowPrivateCallbacks }: Pick<Config, 'allowHttpCallbacks' | 'allowPrivateCallbacks'>,
): string {
  const lines = [
    '',
    'DCI gateway is ready.',
    // A port that was picked for us is to be known behind a proxy too.
    ...(address === url ? [] : [`  Listens   ${address}`]),
    `  Console   ${url}/console`,
    `  GraphQL   ${url}/graphql`,
    `  DCI REST  ${url}/dci/v1/social/registry/sync/search`,
    `  API docs  ${url}/dci/v1/docs`,
    `  Keys      ${url}/.well-known/jwks.json`,
    ...(adminTokenIsNew ? [`  Admin     ${adminToken}   (shown this once; kept in DATA_DIR)`] : []),
    ...callOf(url, partner),
    ...(partner === undefined || (allowHttpCallbacks && allowPrivateCallbacks) ? [] : CLOSED),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** A first callback to a program beside this one would be refused. */
const CLOSED = [
  '',
  '  To be called back on this machine, start it with:',
  '  ALLOW_HTTP_CALLBACKS=true ALLOW_PRIVATE_CALLBACKS=true npm start',
];

/** A token and a search in one line; the demo partner is a sandbox sender, so it may leave out the signature. */
function callOf(url: string, partner: DemoPartner | undefined): string[] {
  if (partner === undefined) return [];
  const { clientId, clientSecret, senderId } = partner;
  const form = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`;
  const token = `$(curl -s ${url}/oauth2/token -d '${form}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
  const search = { transaction_id: 'first-call', sender_id: senderId, search_criteria: { national_id: '123456789' } };
  return [
    '',
    '  Try it:',
    `  curl -s ${url}/dci/v1/search -H "Authorization: Bearer ${token}" -H 'Content-Type: application/json' -d '${JSON.stringify(search)}'`,
  ];
}
