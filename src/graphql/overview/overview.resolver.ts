import { GraphQLDuration } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { Sender } from '../../entities/senders/sender.entity.js';
import { READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { invalid } from '../../use-cases/errors.js';
import { Source } from '../sources/source.types.js';
import { listSources } from '../../use-cases/sources/sources.js';
import type { SourceView } from '../../use-cases/sources/source.types.js';
import { JobHealthView } from '../jobs/job.types.js';
import { abortable } from '../live/abortable.js';
import { readDuration } from '../../use-cases/overview/duration.js';
import { OverviewReader } from '../../use-cases/overview/overview.js';
import { DeliveryHealth, Expiry, TailHolder, Traffic, TrafficPoint } from './overview.types.js';
import { watchOverview } from './overview.live.js';

const DAY = 86_400;
const MAX_POINTS = 500;
const HOUR = 'PT1H';
/** A null is the default too: clients pass a variable that they left empty. */
const WINDOW_OPTIONS = { nullable: true, defaultValue: HOUR, description: 'ISO 8601, PT1M to P7D.' };

@ObjectType({
  description: 'How the gateway does. Requests are calls of partners; each part is read only when selected.',
})
export class Overview {
  reader!: OverviewReader;

  @Field(() => Date, { description: 'Begin of the window, a whole minute.' })
  from!: Date;

  @Field(() => Date, { description: 'End of the window: now.' })
  until!: Date;
}

function overviewOf({ services }: Context, window: string | null): Overview {
  const reader = new OverviewReader(services, readDuration(window ?? HOUR, 'window', 60, 7 * DAY));
  return { reader, from: reader.from, until: reader.until };
}

@Resolver(() => Overview)
export class OverviewResolver {
  @Query(() => Overview, { description: 'Counts, rates, latencies and health. Traffic is up to five seconds behind.' })
  overview(
    @Arg('window', () => GraphQLDuration, WINDOW_OPTIONS) window: string | null,
    @Ctx() context: Context,
  ): Overview {
    requireRole(context, READERS);
    return overviewOf(context, window);
  }

  @Subscription(() => Overview, {
    description: 'The overview anew every few seconds.',
    subscribe: ({ args, context }: { args: { everySeconds: number }; context: Context }) => {
      requireRole(context, READERS);
      return abortable((signal) => watchOverview(context, args.everySeconds, signal));
    },
  })
  overviewChanged(
    @Arg('everySeconds', () => Int, { defaultValue: 5, description: '1 to 3600.' }) _everySeconds: number,
    @Arg('window', () => GraphQLDuration, WINDOW_OPTIONS) window: string | null,
    @Ctx() context: Context,
  ): Overview {
    return overviewOf(context, window);
  }

  @FieldResolver(() => Traffic, { description: 'All requests.' })
  requests(@Root() { reader }: Overview): Promise<Traffic> {
    return reader.requests();
  }

  @FieldResolver(() => [Traffic], { description: 'Requests by registry, the busiest first.' })
  requestsByRegistry(@Root() { reader }: Overview): Promise<Traffic[]> {
    return reader.requestsBy('registry');
  }

  @FieldResolver(() => [Traffic], { description: 'Requests by operation, the busiest first.' })
  requestsByOperation(@Root() { reader }: Overview): Promise<Traffic[]> {
    return reader.requestsBy('operation');
  }

  @FieldResolver(() => [Traffic], { description: 'Requests by sender, the busiest 100.' })
  requestsBySender(@Root() { reader }: Overview): Promise<Traffic[]> {
    return reader.requestsBy('senderId');
  }

  @FieldResolver(() => [TrafficPoint], { description: 'Requests over the window in equal steps of whole minutes.' })
  timeline(
    @Root() { reader }: Overview,
    @Arg('points', () => Int, { defaultValue: 60, description: 'At most so many steps, 1 to 500.' }) points: number,
  ): Promise<TrafficPoint[]> {
    if (points < 1 || points > MAX_POINTS) throw invalid('points', `must be between 1 and ${MAX_POINTS}`);
    return reader.timeline(points);
  }

  @FieldResolver(() => DeliveryHealth, { description: 'What we owe partners, and how bringing it goes.' })
  deliveries(@Root() { reader }: Overview): Promise<DeliveryHealth> {
    return reader.deliveries();
  }

  @FieldResolver(() => JobHealthView, { description: 'The background work.' })
  jobs(@Ctx() { services }: Context): Promise<JobHealthView> {
    return services.jobHealth();
  }

  @FieldResolver(() => [Source], { description: 'Registries that other systems keep, and how fresh their copies are.' })
  sources(@Ctx() { services }: Context): Promise<SourceView[]> {
    return listSources(services);
  }

  @FieldResolver(() => [Expiry], { description: 'What ends soon, the next first.' })
  expiries(
    @Root() { reader }: Overview,
    @Arg('within', () => GraphQLDuration, { defaultValue: 'P30D', description: 'ISO 8601, PT1M to P366D.' })
    within: string,
  ): Promise<Expiry[]> {
    return reader.expiries(readDuration(within, 'within', 60, 366 * DAY));
  }

  @FieldResolver(() => Float, {
    description:
      'For how many seconds committed changes have waited to be told live, because an older transaction of the database is open.',
  })
  tailLagSeconds(@Ctx() { services }: Context): Promise<number> {
    return services.tail.lagSeconds();
  }

  @FieldResolver(() => TailHolder, {
    nullable: true,
    description: 'What they wait for; null when nothing has waited for a second.',
  })
  tailHeldBy(@Ctx() { services }: Context): Promise<TailHolder | null> {
    return services.tail.heldBy();
  }
}

@Resolver(() => Sender)
export class SenderTrafficResolver {
  @FieldResolver(() => [TrafficPoint], { description: 'Its requests of the last 24 hours, by half hours.' })
  lastDay(@Root() { senderId }: Sender, @Ctx() context: Context): Promise<TrafficPoint[]> {
    requireRole(context, READERS);
    return context.loaders.lastDayOfSender.load(senderId);
  }
}

@Resolver(() => Traffic)
export class TrafficResolver {
  @FieldResolver(() => Sender, { nullable: true, description: 'The sender of `senderId`.' })
  async sender(@Root() { senderId }: Traffic, @Ctx() context: Context): Promise<Sender | null> {
    return senderId == null ? null : ((await context.loaders.senderBySenderId.load(senderId)) ?? null);
  }
}
