import { Arg, Ctx, Query, Resolver, Root, Subscription } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import { findEventType } from '../../protocol/registries/registries.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { DeliveryFilter } from '../deliveries/delivery.types.js';
import { invalid } from '../../use-cases/errors.js';
import { definitionOf } from '../../use-cases/records/records.js';
import { detailMeets, follow } from './follow.js';
import { watchDeliveries } from './delivery.live.js';
import { DeliveryChange, RegistryEventChange, SubscriptionChange } from './live.types.js';

interface Subscribing<Args> {
  args: Args;
  context: Context;
}

interface DeliveryArgs {
  filter?: DeliveryFilter | null;
  after?: string | null;
}

interface RegistryEventArgs {
  registry?: Registry | null;
  eventTypes?: string[] | null;
  after?: string | null;
}

const AFTER = 'Cursor of the last change that was told; left out = from now on.';

@Resolver()
export class LiveResolver {
  @Query(() => String, {
    description:
      'The end of the live stream as it is now. Ask for it before you load a list, then subscribe with it as `after`: nothing falls in between.',
  })
  liveCursor(@Ctx() context: Context): Promise<string> {
    requireRole(context, READERS);
    return context.services.tail.cursor();
  }

  @Subscription(() => DeliveryChange, {
    description: 'Deliveries as they come and change; the filter is held against each as it is when told.',
    subscribe: ({ args: { filter, after }, context }: Subscribing<DeliveryArgs>) => {
      requireRole(context, READERS);
      return watchDeliveries(context, filter ?? {}, after);
    },
  })
  deliveryChanged(
    @Root() change: DeliveryChange,
    @Arg('filter', () => DeliveryFilter, { nullable: true, description: 'Left out = all.' })
    _filter: DeliveryFilter | undefined,
    @Arg('after', () => String, { nullable: true, description: AFTER }) _after: string | undefined,
  ): DeliveryChange {
    return change;
  }

  @Subscription(() => SubscriptionChange, {
    description: 'Subscriptions of senders as they come and change.',
    subscribe: ({ args: { after }, context }: Subscribing<{ after?: string | null }>) => {
      requireRole(context, READERS);
      return follow(context, after, {
        topic: 'subscription',
        accepts: () => true,
        load: (loaders, id) => loaders.subscriptionById.load(id),
        matches: () => true,
        told: (subscription, cursor) => ({ cursor, subscription }),
      });
    },
  })
  subscriptionChanged(
    @Root() change: SubscriptionChange,
    @Arg('after', () => String, { nullable: true, description: AFTER }) _after: string | undefined,
  ): SubscriptionChange {
    return change;
  }

  @Subscription(() => RegistryEventChange, {
    description: 'What happens in the registries, as it happens. Tells which record, not whose.',
    subscribe: ({ args: { registry, eventTypes, after }, context }: Subscribing<RegistryEventArgs>) => {
      requireRole(context, READERS);
      const names = eventTypes == null ? undefined : eventNames(context, registry, eventTypes);
      return follow(context, after, {
        topic: 'registry',
        accepts: (detail) => detailMeets(detail, { registry }) && (names?.has(detail.eventType ?? '') ?? true),
        load: (loaders, id) => loaders.registryEventById.load(id),
        matches: () => true,
        told: (event, cursor) => ({ cursor, event }),
      });
    },
  })
  registryEventOccurred(
    @Root() change: RegistryEventChange,
    @Arg('registry', () => RegistryEnum, { nullable: true, description: 'Left out = all.' })
    _registry: Registry | undefined,
    @Arg('eventTypes', () => [String], { nullable: true, description: 'In any known spelling; left out = all.' })
    _eventTypes: string[] | undefined,
    @Arg('after', () => String, { nullable: true, description: AFTER }) _after: string | undefined,
  ): RegistryEventChange {
    return change;
  }
}

/** The events' own names. @throws DomainError for one that no registry asked about knows */
function eventNames({ services }: Context, registry: Registry | null | undefined, given: string[]): Set<string> {
  const definitions = registry == null ? services.registries.all : [definitionOf(services, registry)];
  return new Set(
    given.map((name) => {
      const event = definitions
        .map((definition) => findEventType(definition, name))
        .find((found) => found !== undefined);
      if (event === undefined) throw invalid('eventTypes', 'the registry knows no such event');
      return event.name;
    }),
  );
}
