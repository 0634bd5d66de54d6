/** Proofs of consent that stand where none is read: who sends one would believe that it counted. */
import { RequestInvalid } from '../errors.js';

const READ =
  /^message\.(search_request\.\d+\.(search_criteria\.)?(consent|authorize)|subscribe_request\.\d+\.subscribe_criteria\.authorize|\w+_criteria\.(consent|authorize))\.consent_(jws|id)$/;
/** A signed one by its name, wherever it stands; the number of a stored one in a block of consent. */
const PROOF = /\.consent[_-]?jws$|\.(consent|authorize)\.consent[_-]?id$/i;
/** How each of them ends: most names do not, and their place is not looked at. */
const PROOF_NAME = /consent[_-]?(jws|id)$/i;
const REMEDY =
  'a consent is read in authorize of the search_criteria of a search, as consent_jws or consent_id; move it there or leave it out';

/** @throws RequestInvalid that names where it stands */
export function refuseStrayConsent(value: unknown, path: string): void {
  const stray = strayConsent(value, path);
  if (stray !== undefined) throw new RequestInvalid(stray);
}

/** Where one stands, and what to do; undefined where there is none. */
export function strayConsent(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const place = `${path}.${name}`;
    if (PROOF_NAME.test(name) && PROOF.test(place) && !READ.test(place)) return `${place}: ${REMEDY}`;
    const inside = strayConsent(member, place);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
