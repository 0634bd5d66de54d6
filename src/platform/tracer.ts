/** What tells of the spans of our work: to a collector, or to nobody. */
import type { Hop } from './hop.js';

/** Codes and numbers of ours: nothing that a caller wrote, nobody who was asked about. */
export type Attributes = Record<string, string | number | boolean>;

export type SpanKind = 'SERVER' | 'CONSUMER' | 'CLIENT';

export interface Asked {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
}

export interface Span {
  /** That of the span, for what is done below it. */
  hop: Hop;
  end(attributes?: Attributes, failed?: boolean): void;
}

export interface Tracer {
  begin(asked: Asked, hop: Hop): Span;
  close(): Promise<void>;
}
