/** How another DCI server is asked as ourselves: by the client that partners have too, with this server's key. */
import type { KeyRing } from './access/key-ring.js';
import { CallRefused } from './client/call-refused.js';
import { DciClient } from './client/dci-client.js';
import { Kept } from './platform/kept.js';
import { within } from './platform/within.js';
import { ProtocolError } from './protocol/errors.js';
import type { SigningKey } from './protocol/signature/signature.js';
import { SourceFault } from './sources/outside/source-fault.js';
import type { Upstream } from './sources/outside/upstream-source.js';

export interface Ourselves {
  keyRing: KeyRing;
  serverId: string;
  clock: () => Date;
}

const ANSWER_MS = 10_000;
/** Whoever looks at the source is told what was found out in this time. */
const REACHED_MS = 10_000;

/** @param address with the client id and secret that its keeper gave us, as `https://id:secret@registry.example.org` */
export function upstreamAt(address: string, { keyRing, serverId, clock }: Ourselves): Upstream {
  const { origin, pathname, username, password } = new URL(address);
  const url = `${origin}${pathname}`.replace(/\/$/, '');
  let known: { key: SigningKey; client: DciClient } | undefined;
  async function client(): Promise<DciClient> {
    const key = await keyRing.signingKey();
    if (known?.key.kid !== key.kid) {
      const [clientId, clientSecret] = [username, password].map(decodeURIComponent) as [string, string];
      const options = {
        url,
        clientId,
        clientSecret,
        senderId: serverId,
        profile: 'DCI',
        key,
        clock,
        timeoutMs: ANSWER_MS,
      } as const;
      known = { key, client: new DciClient(options) };
    }
    return known.client;
  }
  const reached = new Kept(async () => (await client()).newToken(), REACHED_MS);
  return {
    ask: (path, action, message) => told(async () => (await (await client()).ask(path, action, message)).body),
    request: (path, action, message, callback) =>
      told(async () => (await (await client()).request(path, action, message, callback)).body),
    reach: () => told(async () => void (await reached.get())),
  };
}

/** Nothing of what the other side says but its code: it may speak of persons. */
async function told<Answer>(asking: () => Promise<Answer>): Promise<Answer> {
  try {
    return await within(ANSWER_MS, asking());
  } catch (cause) {
    throw new SourceFault(`the other server could not be asked: ${whyNot(cause)}`, { cause });
  }
}

function whyNot(cause: unknown): string {
  if (cause instanceof CallRefused) {
    const { status, code = '' } = cause;
    return `${status === 0 ? 'it does not answer' : `it answers ${status}`} ${code}`.trimEnd();
  }
  // Our own words about what it said.
  if (cause instanceof ProtocolError) return `what it says is not taken: ${cause.message}`;
  return cause instanceof SyntaxError ? 'what it says is no JSON' : 'it does not answer in time';
}
