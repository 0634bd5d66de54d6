/** Points counted in PostgreSQL: what comes at once, such as the rows of a file, is one statement. */
import type { Sql } from '../entities/database/database.js';
import { spend, type Spending } from '../entities/senders/spent-quota.repository.js';
import { coalesce } from '../platform/coalesce.js';
import type { Consumed, SharedCounter } from './shared-quota.js';

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
    return this.#spend({ key: `${this.name}:${key}`, points }).catch(() => this.alone.consume(key, points));
  }

  consumeAll(spendings: Spending[]): Promise<Consumed[]> {
    const named = spendings.map(({ key, points }) => ({ key: `${this.name}:${key}`, points }));
    const alone = () => Promise.all(spendings.map(({ key, points }) => this.alone.consume(key, points)));
    return this.#each(named).catch(alone);
  }

  /** Of keys that each come once. */
  async #each(spendings: Spending[]): Promise<Consumed[]> {
    const durationMs = this.duration * 1000;
    const spent = await spend(this.sql, spendings, durationMs);
    return spendings.map(({ key, points }) => {
      // What is not told began with this.
      const { points: consumedPoints, leftMs } = spent.get(key) ?? { points, leftMs: durationMs };
      return { consumedPoints, msBeforeNext: Math.max(0, leftMs) };
    });
  }

  async #together(spendings: readonly Spending[]): Promise<Consumed[]> {
    const byKey = Map.groupBy(spendings, ({ key }) => key);
    const sums = [...byKey].map(([key, all]) => ({ key, points: all.reduce((sum, { points }) => sum + points, 0) }));
    const consumed = await this.#each(sums);
    const ofKey = new Map(
      sums.map(({ key, points }, index) => {
        const { consumedPoints = points, msBeforeNext = 0 } = consumed[index] ?? {};
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
