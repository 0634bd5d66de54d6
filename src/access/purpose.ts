/** What a message says of its purpose, in `authorize` or `consent` (protocol 3.3); the agreement and the consents judge it. */
import { ItemRejected } from '../protocol/errors.js';

type Block = Record<string, unknown> | undefined;

export interface StatedPurposes {
  purpose?: string | undefined;
  /** Another one of the consent, where the two differ: the agreement must cover both. */
  beside?: string | undefined;
}

/** How far a partner's clock may run ahead, as for the header. */
const AHEAD_MS = 300_000;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;

/** The code that a block states: `purpose.code`. */
export function purposeOf(block: Block): string | undefined {
  const purpose = block?.['purpose'];
  if (typeof purpose !== 'object' || purpose === null || !('code' in purpose)) return undefined;
  return typeof purpose.code === 'string' && purpose.code !== '' ? purpose.code : undefined;
}

/**
 * Of an item; nothing where it states none.
 *
 * @throws ItemRejected `rjct.search_criteria.invalid` for a time that cannot be, or a proof
 */
export function statedPurposes(blocks: { consent?: Block; authorize?: Block }, now: Date): StatedPurposes {
  refuseProof(blocks);
  for (const name of ['consent', 'authorize'] as const) checkTime(name, blocks[name]?.['ts'], now);
  const consented = purposeOf(blocks.consent);
  const purpose = purposeOf(blocks.authorize) ?? consented;
  return { purpose, ...(consented === undefined || consented === purpose ? {} : { beside: consented }) };
}

/** A proof that is not looked into must not look as if it had been. @throws ItemRejected */
export function refuseProof(blocks: { consent?: Block; authorize?: Block }): void {
  for (const name of ['consent', 'authorize'] as const)
    for (const [proof, kind] of [
      ['consent_jws', 'signed'],
      ['consent_id', 'stored'],
    ] as const)
      if (blocks[name] !== undefined && proof in blocks[name])
        throw refusal(`${name}.${proof}`, `malformed_object: this operation takes no ${kind} consent; leave it out`);
}

function checkTime(block: string, ts: unknown, now: Date): void {
  if (ts === undefined || ts === null) return;
  const at = typeof ts === 'string' && DATE_TIME.test(ts) ? new Date(ts).getTime() : Number.NaN;
  if (Number.isNaN(at)) throw refusal(`${block}.ts`, 'must be an RFC 3339 date-time with a time zone');
  if (at > now.getTime() + AHEAD_MS) throw refusal(`${block}.ts`, 'lies in the future');
}

const refusal = (field: string, remedy: string): ItemRejected =>
  new ItemRejected('rjct.search_criteria.invalid', `${field}: ${remedy}`);
