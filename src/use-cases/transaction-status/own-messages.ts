/** Questions about messages of one's own need no agreement: what they tell was released before, or is told under today's terms. */
import type { GateDecision } from '../../access/decide-access.js';
import { Forbidden } from '../../protocol/errors.js';

/** @throws Forbidden when the sender may not ask at all */
export function assertMayAskAboutOwn(gate: GateDecision): void {
  if (!gate.allowed && gate.reason !== 'NO_AGREEMENT') throw new Forbidden(gate.explanation);
}
