/** A partner does not notice what it may not know: see twins.ts. */
import { within } from './ground.js';
import { TIMEOUT_MS } from './proof.js';
import { history } from './steps.js';
import { areTwins, DIFFERENCES } from './twins.js';

test.each(DIFFERENCES)(
  'a partner does not notice %s',
  async (_, difference) => expect(await areTwins(history, difference, within)).toBeGreaterThan(0),
  TIMEOUT_MS,
);
