/** Spans of what is done, sent to a collector of OpenTelemetry where there is one; its packages are loaded only then. */
import { currentHop, newHop, onHop } from './hop.js';
import type { Log } from './log.js';
import type { Asked, Attributes, Tracer } from './tracer.js';

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
