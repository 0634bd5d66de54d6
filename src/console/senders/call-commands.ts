/** The exact commands of a first call, to copy as they are; only the partner's private key stays its own. */
import type { SignatureProfile } from '../shared/vocabulary.js';

export interface CallTarget {
  origin: string;
  senderId: string;
  clientId: string;
  /** Known only right after it was made. */
  clientSecret?: string | undefined;
  registryPath: string;
  profile: SignatureProfile;
  /** As the partner's signing key is registered. */
  kid: string;
  mayLeaveUnsigned: boolean;
}

const SECRET = '$DCI_CLIENT_SECRET';
const EXAMPLE_ID = '123456789';
const LINE = ' \\\n  ';

export const REGISTRY_PATHS = { SOCIAL: 'social', CRVS: 'crvs', DR: 'dr', FR: 'fr', IBR: 'ibr', ESS: 'ess' } as const;

export function npxCall(target: CallTarget): string {
  const { origin, clientId, clientSecret = SECRET, registryPath } = target;
  return [
    `npx dci call --url ${origin} ${signer(target)}`,
    `--client-id ${clientId} --client-secret "${clientSecret}"`,
    `search --registry ${registryPath} --id UIN=${EXAMPLE_ID}`,
  ].join(LINE);
}

/** Undefined where the profile signs HTTP itself, which curl cannot. */
export function curlCall(target: CallTarget): string | undefined {
  if (target.mayLeaveUnsigned) return `${tokenCommand(target)}\n${shortSearch(target)}`;
  return target.profile === 'HTTP' ? undefined : `${tokenCommand(target)}\n${signedSearch(target)}`;
}

/** Judges the endpoint that our callbacks and notifications go to, case by case. */
export const checkCommand = ({ senderId, profile }: CallTarget, url: string): string =>
  [`npx dci check --url ${url}`, `--receiver ${senderId} --profile ${profile}`].join(LINE);

const signer = ({ senderId, kid, profile }: CallTarget): string =>
  `--key private.pem --kid ${kid} --sender ${senderId}${profile === 'DCI' ? '' : ` --profile ${profile}`}`;

function tokenCommand({ origin, clientId, clientSecret = SECRET }: CallTarget): string {
  return [
    `TOKEN=$(curl -s ${origin}/oauth2/token -d grant_type=client_credentials`,
    `-d client_id=${clientId} --data-urlencode "client_secret=${clientSecret}"`,
    `| sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
  ].join(LINE);
}

const post = (url: string, body: string): string =>
  [`curl -s ${url} -H "Authorization: Bearer $TOKEN"`, `-H 'Content-Type: application/json' -d ${body}`].join(LINE);

function shortSearch({ origin, senderId, registryPath }: CallTarget): string {
  const body = {
    transaction_id: 'first-call',
    sender_id: senderId,
    registry: registryPath,
    search_criteria: { national_id: EXAMPLE_ID },
  };
  return post(`${origin}/dci/v1/search`, `'${JSON.stringify(body)}'`);
}

function signedSearch(target: CallTarget): string {
  const now = '$(date -u +%Y-%m-%dT%H:%M:%SZ)';
  const header = {
    version: '1.0.0',
    message_id: 'first-call-$(date +%s)',
    message_ts: now,
    action: 'search',
    sender_id: target.senderId,
    total_count: 1,
  };
  const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value: EXAMPLE_ID } };
  const request = { reference_id: '1', timestamp: now, search_criteria: criteria };
  const message = { transaction_id: 'first-call', search_request: [request] };
  return `cat > search.json <<END
${JSON.stringify({ header, message })}
END
npx dci sign search.json ${signer(target)} > signed.json
${post(`${target.origin}/dci/v1/${target.registryPath}/registry/sync/search`, '@signed.json')}`;
}
