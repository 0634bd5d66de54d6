/** Questions about messages of one's own need no agreement: what they tell was released before, or is told under today's terms. */
import { forbiddenBy, type GateDecision } from '../../access/decide-access.js';

/** @throws Forbidden when the sender may not ask at all */
export function assertMayAskAboutOwn(gate: GateDecision): void {
  if (!gate.allowed && gate.reason !== 'NO_AGREEMENT') throw forbiddenBy(gate);
}
