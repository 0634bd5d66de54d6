/** What a sender still lacks before it can call and be answered. */
import { standingOf } from '../agreements/standing.js';
import type { Registry } from '../shared/vocabulary.js';
import type { Sender, SenderAgreement } from './sender.types.js';

export type GapKind = 'approval' | 'key' | 'encryptionKey' | 'agreement' | 'agreementApproval' | 'callbackHosts';

export interface Gap {
  kind: GapKind;
  /** Which it is about. */
  registries?: Registry[];
}

type Looked = Pick<Sender, 'state' | 'signaturePolicy' | 'keys' | 'encryptReplies' | 'registries' | 'callbackHosts'>;

export function gapsOf(sender: Looked, agreements: SenderAgreement[]): Gap[] {
  const hasKey = (wanted: 'SIG' | 'ENC'): boolean =>
    sender.keys.some(({ use, revokedAt }) => use === wanted && revokedAt === null);
  const standing = (registry: Registry, state: string): boolean =>
    agreements.some((one) => one.registry === registry && standingOf(one) === state);
  const without = sender.registries.filter((registry) => !standing(registry, 'ACTIVE'));
  const pending = without.filter((registry) => standing(registry, 'PENDING'));
  const missing = without.filter((registry) => !pending.includes(registry) && !standing(registry, 'UPCOMING'));
  const gaps: [boolean, Gap][] = [
    [sender.state === 'PENDING', { kind: 'approval' }],
    [sender.signaturePolicy === 'REQUIRED' && !hasKey('SIG'), { kind: 'key' }],
    [sender.encryptReplies && !hasKey('ENC'), { kind: 'encryptionKey' }],
    [missing.length > 0, { kind: 'agreement', registries: missing }],
    [pending.length > 0, { kind: 'agreementApproval', registries: pending }],
    [sender.callbackHosts.length === 0, { kind: 'callbackHosts' }],
  ];
  return gaps.flatMap(([is, gap]) => (is ? [gap] : []));
}
