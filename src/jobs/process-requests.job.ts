/** Works accepted requests: the same document as at once, run as their sender; whatever comes of it ends in a callback. */
import { RecentCallers } from '../access/recent-callers.js';
import type { KnownSender } from '../access/sender-directory.js';
import { Turns } from '../access/turns.js';
import { endpointsOf } from '../messages/endpoints.js';
import type { MessageKind } from '../messages/message-kind.js';
import type { ExecutionServices } from '../graphql/context.js';
import {
  claimRequests,
  postponeRequest,
  type AcceptedRequest,
} from '../entities/transactions/accepted-request.repository.js';
import { ClaimLost } from '../entities/transactions/settled-request.repository.js';
import { isRowFault, RowBroken } from '../entities/database/row-fault.js';
import { releaseClaims, renewClaims } from '../entities/queues/claim.repository.js';
import { openPayload } from '../entities/transactions/transaction.repository.js';
import { callbackTarget } from '../use-cases/accept/accept-request.js';
import { inSpan } from '../platform/tracing.js';
import type { RequestHeader } from '../protocol/envelope/envelope.schema.js';
import { readForms } from '../protocol/dialects/speak.js';
import type { Json } from '../protocol/envelope/json.js';
import { SenderUriInvalid } from '../protocol/errors.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { OpenedRequest } from './opened-request.js';
import { giveUpUnopened, isGivenUp } from './refused-request.js';
import { ownFaultDelay } from './retry-schedule.js';
import { workParts } from './work-parts.js';
import type { Work } from './work-queue.js';

const CAPACITY = 4;
/** So that what another sends finds a slot free. */
const PER_SENDER = CAPACITY - 1;
/** Of one sender, what comes in parts: each part keeps the event loop and the database at work for the whole of its time. */
const LONG = { alone: PER_SENDER, beside: 1, rests: true };

export function processRequestsWork(services: ExecutionServices): Work<AcceptedRequest> {
  const { database } = services;
  let running = 0;
  const recentSenders = new RecentCallers();
  const here = {
    note: (senderId: string) => recentSenders.note(senderId),
    // Whoever asks at a door waits for the answer, this sender too, but for its file, which comes under its own name.
    othersThan: (senderId: string) => recentSenders.othersThan(senderId) || services.recentCallers.othersThan(senderId),
  };
  const turns = new Turns(here, LONG);
  const isFree = (senderId: string): boolean => running < CAPACITY && !here.othersThan(senderId);
  return {
    name: 'process-requests',
    capacity: CAPACITY,
    claim: (worker, free) => claimRequests(database, worker, { free, perSender: PER_SENDER }),
    hopOf: ({ hop }) => hop,
    run: (request, worker) => {
      const { senderId, registry, operation, attempts } = request;
      here.note(senderId);
      const attributes = { 'dci.registry': registry, 'dci.operation': operation, 'dci.attempt': attempts };
      const asked = { name: `work ${operation} ${registry}`, kind: 'CONSUMER', attributes } as const;
      running += 1;
      const process = () => processRequest(services, request, worker, () => isFree(senderId));
      const work = isLong(request) ? () => turns.during(senderId, process) : process;
      return inSpan(services.tracer, asked, work).finally(() => (running -= 1));
    },
    postpone: async ({ id, attempts }, worker, error) => {
      if (error instanceof ClaimLost) return;
      await postponeRequest(
        database,
        worker,
        id,
        ownFaultDelay(attempts),
        error instanceof Error ? error.name : 'fault',
      );
    },
    renew: (worker, ids) => renewClaims(database, 'accepted_request', worker, ids),
    release: (worker, ids) => releaseClaims(database, 'accepted_request', worker, ids),
  };
}

const isLong = ({ channel, progress }: AcceptedRequest): boolean =>
  channel === 'BULK' || progress.itemsDone !== undefined;

/** A part, or a few of an upload; where items are left, the request waits again for its sender's turn. */
async function processRequest(
  services: ExecutionServices,
  request: AcceptedRequest,
  worker: string,
  isFree: () => boolean,
): Promise<void> {
  const { database, directory } = services;
  const sender = await directory.bySenderId(request.senderId);
  // Suspended since the claim: it rests.
  if (sender?.state !== 'ACTIVE') return releaseClaims(database, 'accepted_request', worker, [request.id]);
  let opened: OpenedRequest;
  try {
    opened = await openRequest(services, request, worker, sender);
  } catch (error) {
    // What is wrong with its row comes again with it; anything else may be mended meanwhile.
    if (!isRowFault(error) && !isGivenUp(request)) throw error;
    services.log.error({ id: request.id, err: error }, 'an accepted request cannot be opened: it is refused');
    await giveUpUnopened(services, { request, worker, ...withoutMessage(services, request, sender) });
    return services.wake('deliver');
  }
  await workParts(services, opened, isFree);
}

/** Where its answer goes, as far as that does not stand in the message. */
function withoutMessage({ registries, outbound }: ExecutionServices, request: AcceptedRequest, sender: KnownSender) {
  const definition = registries.byName(request.registry);
  const { notifyUri } = sender;
  return {
    header: { sender_id: sender.senderId },
    kind: definition && findKind(request, definition),
    target: notifyUri === null ? undefined : targetOf(outbound, sender, notifyUri),
  };
}

async function openRequest(
  services: ExecutionServices,
  request: AcceptedRequest,
  worker: string,
  sender: KnownSender,
): Promise<OpenedRequest> {
  const { vault, registries, outbound } = services;
  const place = `transaction:${request.id}:request`;
  const stored = await openPayload(vault, request.dataKeyId, request.requestSealed, place);
  if (stored === undefined) throw new RowBroken('an accepted request has lost its message');
  const { header, message } = stored as { header: RequestHeader; message: Json };
  const definition = registries.byName(request.registry);
  if (definition === undefined) throw new Error('the registry of an accepted request is not served any more');
  const kind = findKind(request, definition);
  if (kind === undefined) throw new Error(`no endpoint takes ${request.action} later`);
  const target = targetOf(outbound, sender, header.sender_uri);
  // As the facade read it before it was accepted.
  const read = readForms(sender.dialect, message, header.action, definition);
  return { request, worker, kind, context: { definition, header, sender }, message: kind.parse(read), target };
}

const findKind = ({ action, operation }: AcceptedRequest, definition: RegistryDefinition): MessageKind | undefined =>
  endpointsOf(definition).find(
    ({ mode, kind }) => mode === 'ASYNC' && kind.action === action && kind.operation === operation,
  )?.kind;

/** Where the address is not allowed any more, delivery refuses it, visibly, and an administrator may allow it again. */
function targetOf(outbound: ExecutionServices['outbound'], sender: KnownSender, senderUri: string | undefined): string {
  try {
    return callbackTarget(outbound, sender, senderUri);
  } catch (error) {
    if (error instanceof SenderUriInvalid && senderUri !== undefined && URL.canParse(senderUri)) return senderUri;
    throw error;
  }
}
