/** A source as administrators see it. */
import type { CaptureState, SourceMode, SourceState } from '../../entities/sources/source.repository.js';

export interface SourceView {
  name: string;
  kind: string;
  mode: SourceMode;
  state: SourceState;
  registries: string[];
  lagSeconds: number | null;
  /** Counted when they are asked for: there may be millions. */
  counts: () => Promise<SourceCounts>;
  lastError: string | null;
  followedBy: NonNullable<CaptureState['by']> | null;
  notice: string | null;
  walBytes: number | null;
  lastChangeAt: Date | null;
  progress: number | null;
}

/** Rows by what became of them. */
export interface SourceCounts {
  served: number;
  withheld: number;
  refused: number;
  refusals: SourceRefusal[];
}

export interface SourceRefusal {
  entry: string;
  path: string;
  reason: string;
  count: number;
}
