/** Gauges that one question fills: asked once for all of them, kept for a while, and never a reason to answer no scrape at all. */
import type { Metrics } from '../../platform/metrics.js';
import { within } from '../../platform/within.js';

/** What a question told, by gauge. */
export type Told = Record<string, readonly Sample[] | number | undefined>;

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface Reading {
  name: string;
  /** What each gauge says, and the labels it has. */
  gauges: Record<string, { help: string; labels?: readonly string[] }>;
  read: () => Told | Promise<Told>;
}

const ANSWER_MS = 2000;

/** @param readings the names of gauges are theirs alone */
export function exportReadings(metrics: Metrics, readings: readonly Reading[]): void {
  const answered = new Map<string, boolean>();
  const asked = readings.map((reading) => exportReading(metrics, reading, (ok) => answered.set(reading.name, ok)));
  metrics.gauge(
    'dci_reading_up',
    'Whether the question behind these gauges was answered; where it was not, they are left out.',
    ['reading'],
    async (gauge) => {
      await Promise.all(asked.map((ask) => ask()));
      for (const [reading, ok] of answered) gauge.set({ reading }, ok ? 1 : 0);
    },
  );
}

function exportReading(metrics: Metrics, { gauges, read }: Reading, answered: (ok: boolean) => void) {
  const ask = kept(metrics.keepMs, async (): Promise<Told> => {
    // A gauge of its own tells of it: the log has what the fault did elsewhere.
    const told = await within(ANSWER_MS, (async () => read())()).catch(() => undefined);
    answered(told !== undefined);
    return told ?? {};
  });
  for (const [name, { help, labels = [] }] of Object.entries(gauges))
    metrics.gauge(name, help, labels, async (gauge) => {
      const told = (await ask())[name];
      // Samples of before are no samples of now.
      gauge.reset();
      if (labels.length === 0) gauge.set(typeof told === 'number' ? told : Number.NaN);
      else if (typeof told === 'object') for (const sample of told) gauge.set(sample.labels, sample.value);
    });
  return ask;
}

/** The same promise for so long; those who ask at once share one in any case. */
function kept<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let last: { at: number; made: Promise<T>; done: boolean } | undefined;
  return () => {
    if (last !== undefined && (!last.done || performance.now() - last.at < ms)) return last.made;
    const mine = { at: performance.now(), made: make(), done: false };
    void mine.made.then(() => (mine.done = true));
    last = mine;
    return mine.made;
  };
}
