/** Finds in any text the marks of persons, and says which of them a sender may not have. */
import { birthDateOf, at, KINDS, markOf, type Kind } from './kinds.js';
import { consentsFor, covers } from './oracle.js';
import type { Held, Identifier, World } from './world.js';

const MARKS =
  /(?<![\w-])(gn-(SOCIAL|CRVS|DR|FR|IBR|ESS)\d-[vz]\d+|[UX]-(SOCIAL|CRVS|DR|FR|IBR|ESS)\d|1971-03-\d\d)(?![\w-])/g;

/** @returns the first mark that the sender may not have, and did not bring itself (`own`) */
export function mayHave(world: World, past: Held[], sender: string, text: string, own: string[]): string | undefined {
  const marks = new Set(text.match(MARKS));
  return [...marks].find((mark) => !own.includes(mark) && !isAllowed(world, past, sender, mark));
}

function isAllowed(world: World, past: Held[], sender: string, mark: string): boolean {
  const [kind, index] = ownerOf(mark);
  const field = mark.startsWith('gn-') ? 'name.given_name' : mark.includes('1971') ? 'birth_date' : 'identifier';
  return past.some((held) => {
    if (!JSON.stringify(held.data).includes(mark)) return false;
    const inside = held.recordType === 'Group';
    const path = pathIn(held, kind, field);
    return world.agreements.some((agreement) => {
      if (agreement.sender !== sender || agreement.registry !== held.registry || agreement.ended || agreement.expired)
        return false;
      if (!covers(agreement.fields, path)) return false;
      if (agreement.row !== null && (inside || !JSON.stringify(held.data).includes(`"sex":"${agreement.row}"`)))
        return false;
      if (!agreement.requiresConsent) return true;
      const who: Identifier[] = inside
        ? [{ identifier_type: 'UIN', identifier_value: `U-${markOf(kind, index)}` }]
        : held.identifiers;
      return [null, 'health', 'cash'].some((purpose) => {
        const question = { sender, registry: held.registry, recordType: held.recordType, operation: '', purpose };
        return consentsFor(world, who, question).some(
          ({ fields }) => covers(fields, path) || (inside && covers(fields, field)),
        );
      });
    });
  });
}

function pathIn(held: Held, kind: Kind, field: string): string {
  if (held.recordType === 'Group')
    return field === 'identifier' ? 'member_list.member_identifier' : `member_list.demographic_info.${field}`;
  return field === 'identifier' ? kind.identifiers : at(kind.person, field);
}

function ownerOf(mark: string): [Kind, number] {
  for (const kind of KINDS)
    for (let index = 0; index < 4; index++)
      if (mark === birthDateOf(kind, index) || new RegExp(`-${markOf(kind, index)}(-|$)`).test(mark))
        return [kind, index];
  throw new Error(`nobody's mark: ${mark}`);
}
