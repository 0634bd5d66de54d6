/** The exact commands of a first call, to copy as they are; only the partner's own files and secret are left to fill in. */
export interface CallTarget {
  origin: string;
  senderId: string;
  clientId: string;
  /** Known only right after it was made. */
  clientSecret?: string | undefined;
  registryPath: string;
  mayLeaveUnsigned: boolean;
}

const SECRET = '$DCI_CLIENT_SECRET';
const EXAMPLE_ID = '123456789';

export const REGISTRY_PATHS = { SOCIAL: 'social', CRVS: 'crvs', DR: 'dr', FR: 'fr', IBR: 'ibr' } as const;

export function npxCall({ origin, senderId, clientId, clientSecret = SECRET, registryPath }: CallTarget): string {
  return [
    `npx dci call --url ${origin} --sender ${senderId}`,
    `--client-id ${clientId} --client-secret "${clientSecret}"`,
    `--key private.pem search --registry ${registryPath} --id UIN=${EXAMPLE_ID}`,
  ].join(' \\\n  ');
}

export function curlCall(target: CallTarget): string {
  return `${tokenCommand(target)}\n${target.mayLeaveUnsigned ? shortSearch(target) : signedSearch(target)}`;
}

function tokenCommand({ origin, clientId, clientSecret = SECRET }: CallTarget): string {
  return `TOKEN=$(curl -s ${origin}/oauth2/token -d grant_type=client_credentials \\
  -d client_id=${clientId} --data-urlencode "client_secret=${clientSecret}" \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
}

function shortSearch({ origin, senderId, registryPath }: CallTarget): string {
  const body = {
    transaction_id: 'first-call',
    sender_id: senderId,
    registry: registryPath,
    search_criteria: { national_id: EXAMPLE_ID },
  };
  return `curl -s ${origin}/dci/v1/search -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
}

function signedSearch({ origin, senderId, registryPath }: CallTarget): string {
  return `npx dci sign search.json --key private.pem --sender ${senderId} > signed.json
curl -s ${origin}/dci/v1/${registryPath}/registry/sync/search -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d @signed.json`;
}
