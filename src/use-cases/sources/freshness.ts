/** How old the copies of mirrored sources may be. */
import type { Sql } from '../../entities/database/database.js';
import { readSources, type SourceState, type StoredSource } from '../../entities/sources/source.repository.js';

export interface Freshness {
  name: string;
  state: SourceState;
  /** Null before the first load is whole, and for a live source. */
  lagSeconds: number | null;
  /** Of its log of changes, kept by its server for us. */
  walBytes: number | null;
}

export const lagSeconds = ({ freshAt }: Pick<StoredSource, 'freshAt'>, now: Date): number | null =>
  freshAt === null ? null : Math.max(0, Math.round((now.getTime() - new Date(freshAt).getTime()) / 1000));

export async function sourcesFreshness(sql: Sql, now: Date): Promise<Freshness[]> {
  return (await readSources(sql)).map((source) => ({
    name: source.name,
    state: source.state,
    lagSeconds: lagSeconds(source, now),
    walBytes: source.capture.walBytes ?? null,
  }));
}
