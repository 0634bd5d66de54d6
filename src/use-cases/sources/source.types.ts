/** A source as administrators see it. */
import type { CaptureState, SourceMode, SourceState } from '../../entities/sources/source.repository.js';

export interface SourceView {
  name: string;
  kind: string;
  mode: SourceMode;
  state: SourceState;
  registries: string[];
  lagSeconds: number | null;
  served: number;
  withheld: number;
  refused: number;
  refusals: SourceRefusal[];
  lastError: string | null;
  followedBy: NonNullable<CaptureState['by']> | null;
  notice: string | null;
  walBytes: number | null;
  lastChangeAt: Date | null;
  progress: number | null;
}

export interface SourceRefusal {
  entry: string;
  path: string;
  reason: string;
  count: number;
}
