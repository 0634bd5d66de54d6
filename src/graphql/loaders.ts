/** One loader per request and relation, so that a list of n rows costs one statement more, not n. */
import DataLoader from 'dataloader';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AgreementVersion } from '../entities/agreements/agreement.entity.js';
import { AuditSeal } from '../entities/audit/audit.entity.js';
import { sealsOfSubjects } from '../entities/audit/audit-seal.repository.js';
import { Delivery, DeliveryAttempt } from '../entities/deliveries/delivery.entity.js';
import {
  countWaiting,
  readWaits,
  type DeliveryWait,
  type EndpointWaiting,
} from '../entities/deliveries/delivery-wait.repository.js';
import { restsOfSenders, type EndpointRest } from '../entities/deliveries/endpoint-rest.repository.js';
import { readContentHashes } from '../entities/transactions/payload.repository.js';
import { Transaction } from '../entities/transactions/transaction.entity.js';
import type { Database } from '../entities/database/database.js';
import { identifiersOfRecords } from '../entities/records/named-record.repository.js';
import type { Identifier } from '../entities/records/record.repository.js';
import { RegistryEvent } from '../entities/records/registry-event.entity.js';
import { Sender, SenderKey } from '../entities/senders/sender.entity.js';
import { Subscription } from '../entities/subscriptions/subscription.entity.js';
import type { TrafficPoint } from '../use-cases/overview/overview.types.js';
import { timelinesOf, windowUntil } from '../use-cases/overview/timeline.js';

const DAY = 86_400;
/** Half an hour each, and one that is not over. */
const DAY_POINTS = 49;

export interface Loaders {
  senderBySenderId: DataLoader<string, Sender | undefined>;
  senderById: DataLoader<string, Sender | undefined>;
  keysOfSender: DataLoader<string, SenderKey[]>;
  versionsOfAgreement: DataLoader<string, AgreementVersion[]>;
  identifiersOfRecord: DataLoader<string, Identifier[]>;
  transactionById: DataLoader<string, Transaction | undefined>;
  deliveryById: DataLoader<string, Delivery | undefined>;
  /** Of callbacks, the first first. */
  deliveriesOfTransaction: DataLoader<string, Delivery[]>;
  attemptsOfDelivery: DataLoader<string, DeliveryAttempt[]>;
  /** Of pending ones. */
  waitOfDelivery: DataLoader<string, DeliveryWait | undefined>;
  troublesOfSender: DataLoader<string, EndpointRest[]>;
  /** Pending deliveries, by endpoint. */
  waitingOfSender: DataLoader<string, EndpointWaiting[]>;
  /** Its requests of the last day. */
  lastDayOfSender: DataLoader<string, TrafficPoint[]>;
  subscriptionById: DataLoader<string, Subscription | undefined>;
  registryEventById: DataLoader<string, RegistryEvent | undefined>;
  contentHashOfTransaction: DataLoader<string, Buffer>;
  /** The seal over the newest audit entry of a transaction, delivery or admin action. */
  sealOfSubject: DataLoader<string, AuditSeal | undefined>;
}

const MAKERS: { [Name in keyof Loaders]: (from: LazyLoaders) => Loaders[Name] } = {
  senderBySenderId: ({ em }) =>
    new DataLoader(async (senderIds) => {
      const senders = await em().find(Sender, { senderId: { $in: [...senderIds] } });
      const found = new Map(senders.map((sender) => [sender.senderId, sender]));
      return senderIds.map((senderId) => found.get(senderId));
    }),
  senderById: ({ em }) =>
    new DataLoader(async (ids) => {
      const senders = await em().find(Sender, { id: { $in: [...ids] } });
      const found = new Map(senders.map((sender) => [sender.id, sender]));
      return ids.map((id) => found.get(id));
    }),
  keysOfSender: ({ em }) =>
    new DataLoader(async (ids) => {
      const keys = await em().find(SenderKey, { sender: { $in: [...ids] } }, { orderBy: { id: 'asc' } });
      const grouped = Map.groupBy(keys, ({ sender }) => sender.id);
      return ids.map((id) => grouped.get(id) ?? []);
    }),
  versionsOfAgreement: ({ em }) =>
    new DataLoader(async (ids) => {
      const versions = await em().find(
        AgreementVersion,
        { agreement: { $in: [...ids] } },
        { orderBy: { version: 'asc' } },
      );
      const grouped = Map.groupBy(versions, ({ agreement }) => agreement.id);
      return ids.map((id) => grouped.get(id) ?? []);
    }),
  identifiersOfRecord: ({ sql }) =>
    new DataLoader(async (ids) => {
      const grouped = Map.groupBy(await identifiersOfRecords(sql, ids), ({ recordId }) => recordId);
      return ids.map((id) => grouped.get(id) ?? []);
    }),
  transactionById: ({ em }) => byId((ids) => em().find(Transaction, { id: { $in: ids } })),
  deliveryById: ({ em }) => byId((ids) => em().find(Delivery, { id: { $in: ids } })),
  deliveriesOfTransaction: ({ em }) =>
    new DataLoader(async (ids) => {
      const deliveries = await em().find(Delivery, { requestId: { $in: [...ids] } }, { orderBy: { id: 'asc' } });
      const grouped = Map.groupBy(deliveries, ({ requestId }) => requestId);
      return ids.map((id) => grouped.get(id) ?? []);
    }),
  attemptsOfDelivery: ({ em }) =>
    new DataLoader(async (ids) => {
      const attempts = await em().find(DeliveryAttempt, { deliveryId: { $in: [...ids] } }, { orderBy: { id: 'asc' } });
      const grouped = Map.groupBy(attempts, ({ deliveryId }) => deliveryId);
      return ids.map((id) => grouped.get(id) ?? []);
    }),
  waitOfDelivery: ({ sql }) =>
    new DataLoader(async (ids) => {
      const waits = await readWaits(sql, ids);
      return ids.map((id) => waits.get(id));
    }),
  troublesOfSender: ({ sql }) =>
    new DataLoader(async (senderIds) => {
      const grouped = Map.groupBy(await restsOfSenders(sql, senderIds), ({ senderId }) => senderId);
      return senderIds.map((senderId) => grouped.get(senderId) ?? []);
    }),
  waitingOfSender: ({ sql }) =>
    new DataLoader(async (senderIds) => {
      const grouped = Map.groupBy(await countWaiting(sql, senderIds), ({ senderId }) => senderId);
      return senderIds.map((senderId) => grouped.get(senderId) ?? []);
    }),
  lastDayOfSender: ({ sql, clock }) =>
    new DataLoader((senderIds) => timelinesOf(sql, senderIds, windowUntil(clock(), DAY), DAY_POINTS)),
  subscriptionById: ({ em }) => byId((ids) => em().find(Subscription, { id: { $in: ids } })),
  registryEventById: ({ em }) => byId((ids) => em().find(RegistryEvent, { id: { $in: ids } })),
  sealOfSubject: ({ em, sql }) =>
    new DataLoader(async (subjects) => {
      const sealIds = await sealsOfSubjects(sql, [...subjects]);
      const seals = await em().find(AuditSeal, { id: { $in: [...sealIds.values()] } });
      const found = new Map(seals.map((seal) => [seal.id, seal]));
      return subjects.map((subject) => found.get(sealIds.get(subject) ?? ''));
    }),
  contentHashOfTransaction: ({ sql }) =>
    new DataLoader(async (ids) => {
      const found = await readContentHashes(sql, ids);
      return ids.map((id) => found.get(id) ?? new Error('no such transaction'));
    }),
};

class LazyLoaders {
  readonly made: Partial<Record<keyof Loaders, unknown>> = {};
  #em: EntityManager | undefined;

  constructor(
    readonly sql: Database,
    readonly clock: () => Date,
  ) {}

  readonly em = (): EntityManager => (this.#em ??= this.sql.em());
}

// Each is made when it is first asked for, since most operations load nothing.
for (const [name, make] of Object.entries(MAKERS) as [keyof Loaders, (from: LazyLoaders) => unknown][])
  Object.defineProperty(LazyLoaders.prototype, name, {
    get(this: LazyLoaders) {
      return (this.made[name] ??= make(this));
    },
  });

export const createLoaders = (sql: Database, clock: () => Date): Loaders =>
  new LazyLoaders(sql, clock) as LazyLoaders & Loaders;

function byId<Row extends { id: string }>(
  find: (ids: string[]) => Promise<Row[]>,
): DataLoader<string, Row | undefined> {
  return new DataLoader(async (ids) => {
    const found = new Map((await find([...ids])).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  });
}
