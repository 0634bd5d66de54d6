/**
 * Our subscriptions at another DCI server, as its source's file asks for them: made, asked for again from time to time
 * (whoever has such a subscription already answers with the same one), and ended when they are asked for no more.
 */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../entities/database/database.js';
import type { StoredSource } from '../../entities/sources/source.repository.js';
import {
  forgetFormerCodes,
  forgetSubscriptions,
  keepAsked,
  sourceSubscriptions,
  type SourceSubscription,
  type SubscriptionWish,
} from '../../entities/sources/source-subscription.repository.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { SourceFault } from './source-fault.js';
import { eventsOf, type SourceFile } from './source-file.schema.js';
import type { UpstreamSource } from './upstream-source.js';

export interface Subscribing {
  database: Sql;
  registries: Registries;
  clock: () => Date;
  /** Where the other server finds us. */
  publicUrl: string;
}

/** One that has ended there without a word is missed for so long. */
const RENEW_MS = 12 * 3_600_000;
/** An answer that is not there by then is asked for again; so is a refusal, whose reason may be mended. */
const ANSWER_MS = 60_000;

/** What is due is looked for so often: a new `PUBLIC_URL` makes all of them so, and an answer what it took the place of. */
const LOOK_MS = 60_000;

/** Asks for what is due. Gives when the next is. @throws SourceFault, also where one was refused */
export async function keepSubscribed(
  { database, registries, clock, publicUrl }: Subscribing,
  upstream: UpstreamSource,
  { name, appliedAt }: StoredSource,
): Promise<Date> {
  const { file } = upstream;
  const wishes = wishesOf(file, registries);
  const held = await sourceSubscriptions(database, name);
  const wished = (one: SubscriptionWish) => held.find((other) => nameOf(other) === nameOf(one));
  const due = (one: SourceSubscription | undefined): number =>
    one?.publicUrl != null && one.publicUrl !== publicUrl ? 0 : dueAt(one, appliedAt);
  const now = clock();
  for (const wish of wishes) {
    if (due(wished(wish)) > now.getTime()) continue;
    const transactionId = randomUUID();
    await keepAsked(database, name, { ...wish, senderId: file.capture.sender ?? '', transactionId, publicUrl }, now);
    await upstream.subscribe(wish, transactionId, callbackAt(publicUrl, 'on-subscribe'));
  }
  // A refusal takes the place of nothing.
  for (const one of held.filter(({ codes, formerCodes }) => codes.length > 0 && formerCodes.length > 0)) {
    await upstream.unsubscribe(one.registry, one.formerCodes, callbackAt(publicUrl, 'on-unsubscribe'));
    await forgetFormerCodes(database, name, one);
  }
  const wanted = new Set(wishes.map(nameOf));
  await endSubscriptions(
    { database, publicUrl },
    upstream,
    name,
    held.filter((one) => !wanted.has(nameOf(one))),
  );
  const asked = await sourceSubscriptions(database, name);
  const refused = asked.find(({ answeredAt, codes }) => answeredAt !== null && codes.length === 0);
  if (refused !== undefined)
    throw new SourceFault(
      `the other server did not grant the subscription to ${refused.eventType} of ${refused.registry} ${refused.recordType}`,
    );
  return new Date(Math.min(...asked.map((one) => dueAt(one, appliedAt)), now.getTime() + LOOK_MS));
}

export async function endSubscriptions(
  { database, publicUrl }: Pick<Subscribing, 'database' | 'publicUrl'>,
  upstream: UpstreamSource,
  source: string,
  ended: SourceSubscription[],
): Promise<void> {
  const callback = callbackAt(publicUrl, 'on-unsubscribe');
  for (const { registry, codes, formerCodes } of ended) {
    const all = [...codes, ...formerCodes];
    if (all.length > 0) await upstream.unsubscribe(registry, all, callback);
  }
  await forgetSubscriptions(
    database,
    source,
    ended.map(({ transactionId }) => transactionId),
  );
}

const callbackAt =
  (publicUrl: string, action: string) =>
  (path: string): string =>
    `${publicUrl}/dci/v1/${path}/registry/${action}`;

function dueAt(held: SourceSubscription | undefined, appliedAt: string): number {
  if (held === undefined || new Date(held.askedAt) < new Date(appliedAt)) return 0;
  const isGranted = held.answeredAt !== null && held.codes.length > 0;
  return new Date(held.askedAt).getTime() + (isGranted ? RENEW_MS : ANSWER_MS);
}

function wishesOf(file: SourceFile, registries: Registries): SubscriptionWish[] {
  if (file.capture.by !== 'subscription') return [];
  return file.records.flatMap((mapping) => {
    const registry = registries.byName(mapping.registry)?.registry ?? mapping.registry;
    return eventsOf(mapping).map((eventType) => ({ registry, recordType: mapping.type, eventType }));
  });
}

const nameOf = ({ registry, recordType, eventType }: SubscriptionWish): string =>
  JSON.stringify([registry, recordType, eventType]);
