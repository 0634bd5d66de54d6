/** Points counted in PostgreSQL: what comes at once, such as the rows of a file, is one statement. */
import type { Sql } from '../entities/database/database.js';
import { spend } from '../entities/senders/spent-quota.repository.js';
import { coalesce } from '../platform/coalesce.js';
import type { Consumed, SharedCounter } from './shared-quota.js';

interface Spending {
  key: string;
  points: number;
}

export class PostgresCounter implements SharedCounter {
  readonly #spend: (spending: Spending) => Promise<Consumed>;

  /** @param duration of the window in seconds. @param alone counts while the database is away */
  constructor(
    private readonly sql: Sql,
    private readonly name: string,
    readonly duration: number,
    private readonly alone: SharedCounter,
  ) {
    this.#spend = coalesce((spendings) => this.#together(spendings), { underWay: 2, atOnce: 500 });
  }

  consume(key: string, points: number): Promise<Consumed> {
    return this.#spend({ key, points }).catch(() => this.alone.consume(key, points));
  }

  consumeAll(wanted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Consumed>> {
    return this.#count(wanted).catch(async () => {
      const each = [...wanted].map(async ([key, points]) => [key, await this.alone.consume(key, points)] as const);
      return new Map(await Promise.all(each));
    });
  }

  async #count(wanted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Consumed>> {
    const prefix = `${this.name}:`;
    const keys = Array.from(wanted.keys(), (key) => prefix + key);
    const spent = await spend(this.sql, { keys, points: [...wanted.values()] }, this.duration * 1000);
    return new Map(
      spent.map(({ key, points, leftMs }) => [
        key.slice(prefix.length),
        { consumedPoints: points, msBeforeNext: Math.max(0, leftMs) },
      ]),
    );
  }

  async #together(spendings: readonly Spending[]): Promise<Consumed[]> {
    const sums = new Map<string, number>();
    for (const { key, points } of spendings) sums.set(key, (sums.get(key) ?? 0) + points);
    const told = await this.#count(sums);
    const ofKey = new Map(
      Array.from(sums, ([key, points]) => {
        const { consumedPoints, msBeforeNext } = told.get(key) ?? {
          consumedPoints: points,
          msBeforeNext: this.duration * 1000,
        };
        return [key, { before: consumedPoints - points, msBeforeNext }];
      }),
    );
    return spendings.map(({ key, points }) => {
      const { before = 0, msBeforeNext = 0 } = ofKey.get(key) ?? {};
      ofKey.set(key, { before: before + points, msBeforeNext });
      return { consumedPoints: before + points, msBeforeNext };
    });
  }
}
