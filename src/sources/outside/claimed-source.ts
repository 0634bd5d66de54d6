/** A source that a worker has claimed: what it reads commits together with how far it has read. */
import type { Database, Unit } from '../../entities/database/database.js';
import { holdSource, saveSource, type StoredSource } from '../../entities/sources/source.repository.js';

export interface ClaimServices {
  database: Database;
  clock: () => Date;
  /** Events were raised. */
  told: () => void;
}

/** Somebody else has the source now, or an administrator changed it. */
export class ClaimOver extends Error {}

export class ClaimedSource {
  constructor(
    private readonly services: ClaimServices,
    private stored: StoredSource,
    private readonly worker: string,
  ) {}

  get source(): StoredSource {
    return this.stored;
  }

  told = (changed: number): Partial<StoredSource> =>
    changed === 0 ? {} : { lastChangeAt: this.services.clock().toISOString() };

  save = (changes: Partial<StoredSource>): Promise<void> => this.commit(async () => changes);

  /** In one transaction with how far the source is read; nothing once it was paused, changed or taken. @throws ClaimOver */
  async commit(work: (unit: Unit) => Promise<Partial<StoredSource>>): Promise<void> {
    const changes = await this.services.database.transaction(async (unit) => {
      if ((await holdSource(unit, this.stored, this.worker)) === undefined) throw new ClaimOver();
      const done = await work(unit);
      if (Object.keys(done).length > 0) await saveSource(unit, this.stored.name, done);
      return done;
    });
    const capture = { ...this.stored.capture, ...changes.capture };
    this.stored = { ...this.stored, ...changes, capture };
    if (changes.lastChangeAt !== undefined) this.services.told();
  }
}
