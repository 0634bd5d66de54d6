/**
 * Random worlds, played through the real doors on a real database: whatever a partner gets, the oracle lets it have, and
 * the access reports say so.
 */
import { assert, asyncProperty } from 'fast-check';
import { Play } from './play.js';
import { inStep, parameters, tally, TIMEOUT_MS } from './proof.js';
import { differencesOfReports } from './reports.js';
import { history, type History } from './steps.js';

test(
  'in every world partners get what the oracle says, and nothing else',
  async () => {
    const seen = tally();
    await assert(
      asyncProperty(history, async (made) => {
        const play = await Play.start(made);
        try {
          await playWhole(play, made);
          const differences = await differencesOfReports(play);
          if (differences.length > 0) throw new Error(differences.join('\n'));
          seen.add({ worlds: 1, steps: made.steps.length, ...play.seen });
        } finally {
          await play.close();
        }
      }),
      parameters(4),
    );
    // A world in which everything is refused shows nothing.
    expect(seen.counts['some']).toBeGreaterThan(0);
    seen.tell();
  },
  TIMEOUT_MS,
);

async function playWhole(play: Play, { steps }: History): Promise<void> {
  for (const [index, step] of steps.entries()) await inStep({ index, steps }, () => play.step(step));
}
