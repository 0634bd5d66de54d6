/** How much is proven at once, and from where: `npm run prove` sets it, a plain test run takes a short, fixed set. */
import type { Parameters } from 'fast-check';

const read = (name: string): string | undefined => process.env[name];

export const seed = Number(read('PROVE_SEED') ?? 2);

/** How many times what a plain test run takes. */
const times = Number(read('PROVE_TIMES') ?? 1);
const shrinkMs = read('PROVE_SHRINK_MS');

/** Of one test: where more is proven, it may take as many times as long. */
export const TIMEOUT_MS = 900_000 * times;

/** @param runs in a plain test run */
export function parameters<T>(runs: number): Parameters<T> {
  const path = read('PROVE_PATH');
  return {
    seed,
    numRuns: runs * times,
    // Making a failing history smaller plays it again many times: for who looks for its cause.
    ...(shrinkMs === undefined ? { endOnFailure: true } : { interruptAfterTimeLimit: Number(shrinkMs) }),
    ...(path === undefined ? {} : { path }),
  };
}

/** Runs `look` and lets its error say with which step it came, and after which. */
export async function inStep<T>(step: { index: number; steps: { do: string }[] }, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const { index, steps } = step;
    const before = steps.slice(0, index).map((each) => each.do);
    const text = `step ${index} ${JSON.stringify(steps[index])}, after ${before.join(' ')}: ${(error as Error).message}`;
    throw new Error(text, { cause: error });
  }
}

/** Adds up what worlds showed, and prints it, which `npm run prove` reads. */
export function tally() {
  const counts: Record<string, number> = {};
  return {
    counts,
    add: (more: Record<string, number>) => {
      for (const [what, count] of Object.entries(more)) counts[what] = (counts[what] ?? 0) + count;
    },
    tell: () => console.info(`proven: ${JSON.stringify(counts)}`),
  };
}
