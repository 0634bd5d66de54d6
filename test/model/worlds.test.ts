/** Random worlds, played through the real doors on a real database: whatever a partner gets, the oracle lets it have. */
import fc from 'fast-check';
import { Play } from './play.js';
import { history } from './steps.js';

const seed = Number(process.env['PROVE_SEED'] ?? 1);
const worlds = Number(process.env['PROVE_WORLDS'] ?? 10);

test('in every world partners get what the oracle says, and nothing else', async () => {
  let steps = 0;
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(history, async (made) => {
      const play = await Play.start(made);
      try {
        for (const [index, step] of made.steps.entries()) {
          try {
            await play.step(step);
          } catch (error) {
            throw new Error(
              `step ${index} (after ${made.steps
                .slice(0, index)
                .map((each) => each.do)
                .join(' ')}) ${JSON.stringify(step)}: ${(error as Error).message}`,
              { cause: error },
            );
          }
          steps += 1;
        }
        for (const [what, count] of Object.entries(play.seen)) seen[what] = (seen[what] ?? 0) + count;
      } finally {
        await play.close();
      }
    }),
    {
      seed,
      numRuns: worlds,
      endOnFailure: process.env['PROVE_SHRINK'] === undefined,
      ...(process.env['PROVE_PATH'] === undefined ? {} : { path: process.env['PROVE_PATH'] }),
    },
  );
  console.info(`${worlds} worlds, ${steps} steps, ${JSON.stringify(seen)}`);
}, 600_000);
