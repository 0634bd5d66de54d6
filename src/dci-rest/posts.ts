/** The facade's messages by their path below `/dci/v1`: checked, answered or refused, whatever has routed and read the request. */
import { callerOf, Crowded } from '../access/admission.js';
import { Turns } from '../access/turns.js';
import { HeaderRejected } from '../protocol/errors.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { acceptLater } from './async.handler.js';
import { pass } from './checks/check.js';
import { STANDARD } from './doors.js';
import { endpointsOf, type Endpoint } from '../messages/endpoints.js';
import { refusalEnvelope, type ReadMessage, type WireMessage } from '../messages/message-kind.js';
import { SHORT_ENDPOINTS } from '../messages/short-form/short-endpoints.js';
import type { ShortEndpoint, ShortMessage } from '../messages/short-form/short-kind.js';
import { Exchange, type ReceivedRequest, type Reply } from './exchange.js';
import { receiveNow } from './receive.handler.js';
import { refuse, replyOf } from './refusals.js';
import type { FacadeServices } from './services.js';
import { answerShortForm } from './short-form.handler.js';
import { signedReply } from './signing.js';
import { answerNow } from './sync.handler.js';
import { countReply } from './traffic.js';

/** A request and what it is answered. */
export interface Answered<Message extends WireMessage = WireMessage> {
  exchange: Exchange<Message>;
  reply: Reply;
}

export type Post = (request: ReceivedRequest) => Promise<Answered>;

/** When a message is worked on: at once, later by a job, or at once as one that was sent to us. */
const HANDLERS = { SYNC: answerNow, ASYNC: acceptLater, INBOUND: receiveNow };

/** Messages of one caller at once; alone as many as fill the statements they share. What waits holds its body and no more. */
const MESSAGES = { alone: 64, beside: 16 };

/** Uploads are none of them: their files are not read first. */
export function dciPosts(services: FacadeServices): ReadonlyMap<string, Post> {
  const posts = new Map<string, Post>();
  const turns = new Turns(services.recentCallers, MESSAGES);
  const admitted = (post: Post): Post => admittedPost(post, turns, services);
  for (const endpoint of SHORT_ENDPOINTS) posts.set(endpoint.path, admitted(shortPost(endpoint, services)));
  for (const definition of services.registries.all)
    for (const endpoint of endpointsOf(definition).filter(({ upload }) => upload !== true))
      for (const path of definition.paths)
        posts.set(`/${path}/registry${endpoint.path}`, admitted(standardPost(endpoint, definition, services)));
  return posts;
}

/** What comes beyond the crowd that is served is refused before it costs anything, and leaves no row: a row is work. */
function admittedPost(post: Post, turns: Turns, services: FacadeServices): Post {
  return async (request) => {
    const caller = callerOf(request.headers, request.remoteAddress);
    try {
      return await services.admission.during(caller, () => turns.during(caller, () => post(request)));
    } catch (error) {
      if (!(error instanceof Crowded)) throw error;
      const exchange = new Exchange(request, undefined, undefined, services.clock());
      return { exchange, reply: replyOf(error, exchange, services) };
    }
  };
}

function shortPost(endpoint: ShortEndpoint, services: FacadeServices): Post {
  return async (request) => {
    const exchange = new Exchange<ShortMessage>(request, undefined, endpoint.operation, services.clock());
    const answering = answerShortForm(endpoint, exchange, services);
    const reply = await answering.catch((error: unknown) => refuse(error, exchange, services, 'SHORT'));
    countReply(services, exchange, reply);
    return { exchange, reply };
  };
}

function standardPost(endpoint: Endpoint, definition: RegistryDefinition, services: FacadeServices): Post {
  const asked = { ...endpoint, ...endpoint.kind };
  return async (request) => {
    const exchange = new Exchange<ReadMessage>(request, definition, endpoint.kind.operation, services.clock());
    const reply = await answerEndpoint(asked, exchange, services);
    countReply(services, exchange, reply);
    return { exchange, reply };
  };
}

async function answerEndpoint(
  endpoint: Endpoint & Endpoint['kind'],
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
): Promise<Reply> {
  try {
    await pass(STANDARD, exchange, services, endpoint);
    return await HANDLERS[endpoint.mode](endpoint.kind, exchange, services);
  } catch (error) {
    const refusal = await refuse(error, exchange, services, endpoint.mode);
    if (error instanceof HeaderRejected && endpoint.mode === 'SYNC')
      return rejectedReply(endpoint, exchange, services, error);
    return refusal;
  }
}

/** On a synchronous endpoint what the header has a code for is a business outcome, told in an envelope (protocol 2.7). */
function rejectedReply(
  { kind }: Endpoint,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
  error: HeaderRejected,
): Promise<Reply> {
  const { requestHeader: header, knownSender, correlationId } = exchange;
  const ids = { transaction_id: exchange.read?.transactionId ?? '', correlation_id: correlationId };
  const reason = { reasonCode: error.reason, reasonMessage: error.message };
  const { serverId } = services.settings;
  const envelope = refusalEnvelope(kind, ids, reason, header, serverId, services.clock());
  return signedReply(services, knownSender, envelope, exchange.registry);
}
