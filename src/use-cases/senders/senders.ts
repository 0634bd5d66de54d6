/** The life of a sender: made, changed, approved, suspended, lifted, given a new secret. */
import { randomBytes } from 'node:crypto';
import type { Admin } from '../../access/principal.js';
import { hashSecret } from '../../access/token.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import type { SenderState } from '../../entities/database/enums.js';
import { wakeParked } from '../../entities/subscriptions/parked-delivery.repository.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { findAlike } from '../../entities/senders/sender.repository.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import type { Services } from '../services.js';
import { conflict, DomainError, notFound } from '../errors.js';
import { approve, countChange, propose } from '../four-eyes.js';
import { givenOf, presentOf, requireUnchanged } from '../given.js';
import { lockRow } from '../locked-row.js';
import { isWidened, SENDER_RULES } from '../widening.js';
import { canonicalThumbprints, checkSender } from './sender-check.js';
import type { CreateSenderInput, CreateSenderPayload, UpdateSenderInput } from './sender.types.js';

const CLEARABLE = [
  'notifyUri',
  'jwksUrl',
  'rateLimitPerDay',
  'organizationKind',
  'tlsSubject',
  'legalBasis',
  'notes',
] as const;

export function createSender(services: Services, admin: Admin, input: CreateSenderInput): Promise<CreateSenderPayload> {
  const { secret, hash } = newSecret();
  return changeAsAdmin(services, admin, async (unit) => {
    const { em } = unit;
    if ((await em.count(Sender, { senderId: input.senderId })) > 0)
      throw conflict('senderId', 'a sender with this id exists');
    const sender = addRow(em, Sender, {
      ...presentOf(input),
      // One name for a partner everywhere: what `dci call --sender` knows is enough to get a token.
      clientId: input.senderId,
      clientSecretHash: hash,
      createdBy: admin.subject,
    });
    checkSender(sender);
    const alike = await findAlike(unit, sender.senderId);
    if (alike !== undefined)
      throw conflict(
        'senderId',
        `consents may name it as they name ${alike}: take an id that differs from that by more than case, - and _`,
      );
    sender.tlsThumbprints = canonicalThumbprints(sender.tlsThumbprints);
    if (services.settings.fourEyes) propose(sender, admin);
    await em.flush();
    const change = {
      action: 'createSender',
      targetType: 'Sender',
      targetId: sender.senderId,
      after: snapshot('Sender', sender),
    };
    return { result: { sender, clientId: sender.clientId, clientSecret: secret }, change };
  });
}

export function updateSender(
  services: Services,
  admin: Admin,
  senderId: string,
  input: UpdateSenderInput,
  was?: UpdateSenderInput | null,
): Promise<Sender> {
  return changeSender(services, admin, senderId, 'updateSender', (sender) => {
    requireUnchanged(sender, was);
    const before = snapshot('Sender', sender);
    Object.assign(sender, givenOf(input, CLEARABLE));
    checkSender(sender);
    sender.tlsThumbprints = canonicalThumbprints(sender.tlsThumbprints);
    const widens = isWidened(SENDER_RULES, before, snapshot('Sender', sender));
    countChange(sender, admin, { widens, ...services.settings });
  });
}

const STATE_CHANGES = {
  approveSender: { from: ['PENDING'], to: 'ACTIVE' },
  suspendSender: { from: ['ACTIVE', 'PENDING', 'SUSPENDED'], to: 'SUSPENDED' },
  activateSender: { from: ['SUSPENDED', 'ACTIVE'], to: 'ACTIVE' },
} as const satisfies Record<string, { from: readonly SenderState[]; to: SenderState }>;

export function setSenderState(
  services: Services,
  admin: Admin,
  senderId: string,
  action: keyof typeof STATE_CHANGES,
  { reason, version }: { reason?: string | undefined; version?: number | null | undefined } = {},
): Promise<Sender> {
  const { from, to } = STATE_CHANGES[action];
  return changeSender(
    services,
    admin,
    senderId,
    action,
    (sender) => {
      if (!(from as readonly SenderState[]).includes(sender.state))
        throw new DomainError(
          'CONFLICT',
          `the sender is ${sender.state}: ${action} takes one that is ${from.join(' or ')}`,
        );
      // Lifting a suspension approves what was proposed meanwhile.
      if (action === 'approveSender' || (to === 'ACTIVE' && sender.proposedVersion != null))
        approve(sender, admin, services.settings.fourEyes, version);
      sender.state = to;
      sender.suspendedReason = to === 'SUSPENDED' ? (reason ?? null) : null;
    },
    reason,
  );
}

export function rotateSecret(services: Services, admin: Admin, senderId: string): Promise<CreateSenderPayload> {
  const { secret, hash } = newSecret();
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await lockSender(unit, senderId);
    sender.clientSecretHash = hash;
    countChange(sender, admin, { widens: true, ...services.settings });
    const after = { state: sender.state, version: sender.version };
    const change = { action: 'rotateSenderSecret', targetType: 'Sender', targetId: senderId, after };
    return { result: { sender, clientId: sender.clientId, clientSecret: secret }, change };
  });
}

/** @throws DomainError NOT_FOUND */
export async function findSender({ em }: Pick<Unit, 'em'>, senderId: string): Promise<Sender> {
  const sender = await em.findOne(Sender, { senderId });
  if (sender === null) throw notFound('senderId', 'no such sender');
  return sender;
}

/** To change it. @throws DomainError NOT_FOUND */
export const lockSender = (unit: Pick<Unit, 'em'>, senderId: string): Promise<Sender> =>
  lockRow(unit, Sender, { senderId }, 'senderId');

function changeSender(
  services: Services,
  admin: Admin,
  senderId: string,
  action: string,
  change: (sender: Sender) => void,
  reason?: string,
): Promise<Sender> {
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await lockSender(unit, senderId);
    const before = snapshot('Sender', sender);
    change(sender);
    if (sender.state === 'ACTIVE' && before['state'] !== 'ACTIVE') {
      await unit.em.flush();
      await wakeParked(unit, services.clock(), { senderId });
    }
    return {
      result: sender,
      change: { action, targetType: 'Sender', targetId: senderId, reason, before, after: snapshot('Sender', sender) },
    };
  });
}

function newSecret(): { secret: string; hash: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: hashSecret(secret) };
}
