/** Works accepted requests: the same document as at once, run as their sender; whatever comes of it ends in a callback. */
import type { KnownSender } from '../access/sender-directory.js';
import { endpointsOf } from '../messages/endpoints.js';
import { answerEnvelope } from '../messages/message-kind.js';
import type { ExecutionServices } from '../graphql/context.js';
import {
  ClaimLost,
  claimRequests,
  postponeRequest,
  type AcceptedRequest,
} from '../entities/transactions/accepted-request.repository.js';
import { releaseClaims, renewClaims } from '../entities/queues/claim.repository.js';
import { openPayload } from '../entities/transactions/transaction.repository.js';
import { callbackTarget } from '../use-cases/accept/accept-request.js';
import { createLoaders } from '../graphql/loaders.js';
import type { RequestHeader } from '../protocol/envelope/envelope.schema.js';
import { readForms } from '../protocol/dialects/speak.js';
import type { Json } from '../protocol/envelope/json.js';
import { SenderUriInvalid } from '../protocol/errors.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { OpenedRequest } from './opened-request.js';
import { QueuedCall } from './queued-call.js';
import { refusalOf, refuseRequest } from './refused-request.js';
import { ownFaultDelay } from './retry-schedule.js';
import type { Work } from './work-queue.js';

const CAPACITY = 4;
/** So that what another sends finds a slot free. */
const PER_SENDER = CAPACITY - 1;
/** Over some two hours; then a fault of ours ends the request too, and its sender is told. */
const MAX_ATTEMPTS = 30;

export function processRequestsWork(services: ExecutionServices): Work<AcceptedRequest> {
  const { database, clock } = services;
  return {
    name: 'process-requests',
    capacity: CAPACITY,
    claim: (worker, free) => claimRequests(database, worker, clock(), { free, perSender: PER_SENDER }),
    run: (request, worker) => processRequest(services, request, worker),
    postpone: async ({ id, attempts }, worker, error) => {
      if (error instanceof ClaimLost) return;
      const dueAt = new Date(clock().getTime() + ownFaultDelay(attempts));
      await postponeRequest(database, worker, id, dueAt, error instanceof Error ? error.name : 'fault');
    },
    renew: (worker, ids) => renewClaims(database, 'accepted_request', worker, ids),
    release: (worker, ids) => releaseClaims(database, 'accepted_request', worker, ids),
  };
}

/** One part; where items are left, the request waits again for its sender's turn. */
async function processRequest(services: ExecutionServices, request: AcceptedRequest, worker: string): Promise<void> {
  const { database, directory } = services;
  const sender = await directory.bySenderId(request.senderId);
  // Suspended since the claim: it rests.
  if (sender?.state !== 'ACTIVE') return releaseClaims(database, 'accepted_request', worker, [request.id]);
  const opened = await openRequest(services, request, worker, sender);
  await workPart(services, opened);
  services.wake('deliver');
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
  if (stored === undefined) throw new Error('an accepted request has lost its message');
  const { header, message } = stored as { header: RequestHeader; message: Json };
  const definition = registries.byName(request.registry);
  if (definition === undefined) throw new Error('the registry of an accepted request is not served any more');
  const kind = kindOf(request, definition);
  const target = targetOf(outbound, sender, header.sender_uri);
  // As the facade read it before it was accepted.
  const read = readForms(sender.dialect, message, header.action, definition);
  return { request, worker, kind, context: { definition, header, sender }, message: kind.parse(read), target };
}

async function workPart(services: ExecutionServices, opened: OpenedRequest): Promise<void> {
  const { request, worker, kind, context, message, target } = opened;
  const { serverId } = services.settings;
  const call = new QueuedCall(services, {
    request,
    worker,
    replyAction: kind.replyAction,
    target,
    encode: (result) => answerEnvelope(kind, result, context, serverId, services.clock()),
  });
  const principal = { kind: 'sender', sender: context.sender } as const;
  const loaders = createLoaders(services.database, services.clock);
  try {
    if (!message.success) throw message.error;
    await message.data.run(context, { schema: services.schema, context: { principal, call, services, loaders } });
  } catch (error) {
    const refusal = request.attempts > MAX_ATTEMPTS ? GIVEN_UP : refusalOf(error);
    if (refusal === undefined || error instanceof ClaimLost) throw error;
    if (!call.settled) await refuseRequest(services, opened, refusal);
    return;
  }
  if (!call.settled) throw new Error(`${kind.action} was worked on but not settled`);
}

const GIVEN_UP = {
  code: 'err.service.unavailable',
  message: 'the request could not be worked on; send it again with a new message_id',
};

function kindOf({ action, operation }: AcceptedRequest, definition: RegistryDefinition) {
  const endpoint = endpointsOf(definition).find(
    ({ mode, kind }) => mode === 'ASYNC' && kind.action === action && kind.operation === operation,
  );
  if (endpoint === undefined) throw new Error(`no endpoint takes ${action} later`);
  return endpoint.kind;
}

/** Where the address is not allowed any more, delivery refuses it, visibly, and an administrator may allow it again. */
function targetOf(outbound: ExecutionServices['outbound'], sender: KnownSender, senderUri: string | undefined): string {
  try {
    return callbackTarget(outbound, sender, senderUri);
  } catch (error) {
    if (error instanceof SenderUriInvalid && senderUri !== undefined && URL.canParse(senderUri)) return senderUri;
    throw error;
  }
}
