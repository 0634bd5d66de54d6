/** Spans of what is done, sent to a collector of OpenTelemetry where there is one; its packages are loaded only then. */
import { currentHop, newHop, onHop, type Hop } from './hop.js';
import type { Log } from './log.js';

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

const QUIET: Tracer = { begin: (_asked, hop) => ({ hop, end: () => {} }), close: async () => {} };

/** @param endpoint `OTEL_EXPORTER_OTLP_ENDPOINT` */
export async function createTracer(endpoint: string | undefined, log: Log): Promise<Tracer> {
  return endpoint === undefined ? QUIET : (await import('./otlp-tracer.js')).otlpTracer(endpoint, log);
}

/** Does the work below a span of its own; `note` adds what is known only then. */
export async function inSpan<T>(
  tracer: Tracer,
  asked: Asked,
  work: (note: (attributes: Attributes) => void) => Promise<T>,
): Promise<T> {
  const span = tracer.begin(asked, currentHop() ?? newHop());
  const noted: Attributes = {};
  try {
    const result = await onHop(span.hop, () => work((attributes) => Object.assign(noted, attributes)));
    span.end(noted);
    return result;
  } catch (error) {
    span.end(noted, true);
    throw error;
  }
}
