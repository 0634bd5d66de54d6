/** A partner does not notice what it may not know while connections, databases, processes and clocks fail: see twins.ts. */
import { apart } from './ground.js';
import { TIMEOUT_MS } from './proof.js';
import { faultyHistory } from './steps.js';
import { areTwins, NOT_CONSENTED } from './twins.js';

test(
  'a partner does not notice a person who did not consent, whatever breaks',
  async () => expect(await areTwins(faultyHistory, NOT_CONSENTED, apart)).toBeGreaterThan(0),
  TIMEOUT_MS,
);
