/** Works the parts of an opened request, each run as its sender; whatever comes of one ends in a callback. */
import { releaseClaims } from '../entities/queues/claim.repository.js';
import { ClaimLost } from '../entities/transactions/settled-request.repository.js';
import type { ExecutionServices } from '../graphql/context.js';
import { createLoaders } from '../graphql/loaders.js';
import { answerEnvelope } from '../messages/message-kind.js';
import type { OpenedRequest } from './opened-request.js';
import { PartsInOrder } from './parts-in-order.js';
import { QueuedCall, type Ahead } from './queued-call.js';
import { GIVEN_UP, isGivenUp, refusalOf, refuseRequest } from './refused-request.js';

/** Of one upload in one go, unless somebody else comes: between two goes nothing is worked on while the last is written. */
const MAX_PARTS = 64;
/** Parts at once: some are written, one is judged, one looked up. */
const ABREAST = 4;

/**
 * The next parts are worked on while one is written, and they are written in their order. Only where no other request waits
 * for the slot, and then a few.
 */
export async function workParts(
  services: ExecutionServices,
  opened: OpenedRequest,
  isFree: () => boolean,
): Promise<void> {
  const { request, worker } = opened;
  const parts = new PartsInOrder(services.database, request);
  const work = async (from: number, past: Promise<boolean>[]): Promise<void> => {
    const before = past.at(-1);
    const write: Ahead['write'] = (commit) => parts.write(past.length, commit);
    let next: Promise<void> | undefined;
    const begin = (to: number): boolean => {
      if (past.length + 1 === MAX_PARTS || !isFree()) return false;
      next = work(to, [...past, written]);
      // Awaited below, behind this one.
      next.catch(() => undefined);
      return true;
    };
    const written = (async (): Promise<boolean> => {
      await past.at(-ABREAST);
      // As its sender is now: what was agreed may have ended since the part before.
      const sender = await services.directory.bySenderId(request.senderId);
      if (sender?.state === 'ACTIVE') {
        const context = { ...opened.context, sender };
        return workPart(services, { ...opened, context }, { from, before, begin, write });
      }
      await before;
      await releaseClaims(services.database, 'accepted_request', worker, [request.id]);
      return false;
    })();
    const goesOn = await written;
    services.wake('deliver');
    // What was begun behind a refusal has lost its claim.
    if (goesOn) await next;
  };
  await work(request.progress.itemsDone ?? 0, []);
}

/** Tells whether the request goes on, if anything is left of it. */
async function workPart(services: ExecutionServices, opened: OpenedRequest, ahead: Ahead): Promise<boolean> {
  const { request, worker, kind, context, message, target } = opened;
  const { serverId } = services.settings;
  const call = new QueuedCall(services, {
    request,
    worker,
    callback: {
      action: kind.replyAction,
      target,
      encode: (result) => answerEnvelope(kind, result, context, serverId, services.clock()),
    },
    ahead,
  });
  const principal = { kind: 'sender', sender: context.sender } as const;
  const loaders = createLoaders(services.database, services.clock);
  try {
    if (!message.success) throw message.error;
    await message.data.run(context, { schema: services.schema, context: { principal, call, services, loaders } });
  } catch (error) {
    const refusal = isGivenUp(request) ? GIVEN_UP : refusalOf(error);
    if (refusal === undefined || error instanceof ClaimLost) throw error;
    await ahead.before;
    if (!call.settled) await refuseRequest(services, opened, refusal);
    return call.settled;
  }
  if (!call.settled) throw new Error(`${kind.action} was worked on but not settled`);
  return true;
}
