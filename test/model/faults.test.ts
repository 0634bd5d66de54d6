/**
 * Random worlds in which connections break, databases fall silent, processes are killed and clocks go wrong: the gateway
 * serves again within seconds, partners get what the oracle says, each message once, and reports and audit still name
 * whatever left.
 */
import { assert, asyncProperty } from 'fast-check';
import { differenceOfAudit, exportedAudit } from './audit.js';
import { apart } from './ground.js';
import { Play } from './play.js';
import { inStep, parameters, tally, TIMEOUT_MS } from './proof.js';
import { differencesOfReports } from './reports.js';
import { faultyHistory } from './steps.js';

test(
  'in every world, whatever breaks, partners get what the oracle says, and nothing is lost',
  async () => {
    const seen = tally();
    await assert(
      asyncProperty(faultyHistory, async (made) => {
        const play = await Play.start(made, {}, apart());
        try {
          for (const [index, step] of made.steps.entries())
            await inStep({ index, steps: made.steps }, () => play.step(step));
          const differences = await differencesOfReports(play);
          if (differences.length > 0) throw new Error(differences.join('\n'));
          const unnamed = await differenceOfAudit(play, await exportedAudit(play));
          if (unnamed !== undefined) throw new Error(unnamed);
          seen.add({ worlds: 1, steps: made.steps.length, ...play.seen });
        } finally {
          await play.close();
        }
      }),
      parameters(1),
    );
    expect(seen.counts['faults']).toBeGreaterThan(0);
    expect(seen.counts['notified']).toBeGreaterThan(0);
    seen.tell();
  },
  TIMEOUT_MS,
);
