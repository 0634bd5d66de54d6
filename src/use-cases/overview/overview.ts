/** What dashboards show: read from rolled-up minutes, each part only when it is selected. */
import {
  endingAgreements,
  endingCertificates,
  endingServerKeys,
  readDeliveryStanding,
  type Ending,
} from '../../entities/overview/overview.repository.js';
import { sumTraffic, type TrafficCounts, type TrafficSum } from '../../entities/overview/traffic.repository.js';
import type { Services } from '../services.js';
import { timelineOf, windowUntil } from './timeline.js';
import { NO_TRAFFIC, trafficOf } from './traffic-of.js';
import type { DeliveryHealth, Expiry, ExpiryKind, Traffic, TrafficPoint } from './overview.types.js';

const BUSIEST = 100;

type Grouping = 'registry' | 'operation' | 'senderId';

export class OverviewReader {
  readonly from: Date;
  readonly until: Date;
  #requests: Promise<TrafficSum[]> | undefined;

  constructor(
    private readonly services: Pick<Services, 'database' | 'clock' | 'keeping'>,
    windowSeconds: number,
  ) {
    ({ from: this.from, until: this.until } = windowUntil(services.clock(), windowSeconds));
  }

  async requests(): Promise<Traffic> {
    return this.#traffic(totalOf(await this.#sums()));
  }

  async requestsBy(grouping: Grouping): Promise<Traffic[]> {
    return this.#groups(await this.#sums(), grouping);
  }

  timeline(points: number): Promise<TrafficPoint[]> {
    return timelineOf(this.services.database, this, points);
  }

  async deliveries(): Promise<DeliveryHealth> {
    const { database } = this.services;
    const [{ backlog, oldestAt, suspendedEndpoints }, sums] = await Promise.all([
      readDeliveryStanding(database),
      sumTraffic(database, 'DELIVERY', this.from, this.until),
    ]);
    const attempts = this.#traffic(totalOf(sums));
    return {
      backlog,
      oldestAgeSeconds: oldestAt && Math.max(0, (this.until.getTime() - oldestAt.getTime()) / 1000),
      suspendedEndpoints,
      successRate: attempts.errorRate === null ? null : 1 - attempts.errorRate,
      attempts,
      bySender: this.#groups(sums, 'senderId'),
    };
  }

  async expiries(withinSeconds: number): Promise<Expiry[]> {
    const { database, keeping } = this.services;
    const until = new Date(this.until.getTime() + withinSeconds * 1000);
    const [agreements, keys, certificates] = await Promise.all([
      endingAgreements(database, this.until, until),
      endingServerKeys(database, keeping?.rotationDays ?? 0, until),
      endingCertificates(database, until),
    ]);
    const as = (kind: ExpiryKind) => (ending: Ending) => ({ kind, ...ending });
    return [
      ...agreements.map(as('AGREEMENT')),
      ...keys.map(as('SERVER_KEY')),
      ...certificates.map(as('CLIENT_CERTIFICATE')),
    ].toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime());
  }

  #sums(): Promise<TrafficSum[]> {
    return (this.#requests ??= sumTraffic(this.services.database, 'REQUEST', this.from, this.until));
  }

  #groups(sums: TrafficSum[], grouping: Grouping): Traffic[] {
    const groups = sums.filter((sum) => sum[grouping] !== null).slice(0, BUSIEST);
    // Empty = not known: such rows have no registry, operation or proven sender.
    return groups.map((sum) =>
      Object.assign(this.#traffic(sum), { [grouping]: sum[grouping] === '' ? null : sum[grouping] }),
    );
  }

  #traffic(counts: TrafficCounts): Traffic {
    return trafficOf(counts, (this.until.getTime() - this.from.getTime()) / 1000);
  }
}

const totalOf = (sums: TrafficSum[]): TrafficCounts =>
  sums.find((sum) => sum.registry === null && sum.operation === null && sum.senderId === null) ?? NO_TRAFFIC;
