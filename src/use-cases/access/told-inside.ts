/** Whether an answer about a household told of one person inside it, and not only of the household. */
import { canonicalPaths } from '../../protocol/registries/records/fields.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';

export interface ToldOfHousehold {
  /** What the agreement let out; null in rows of earlier versions. */
  fields: string[] | null;
  requiredConsent: boolean;
  /** Consents that the answer rests on; null in rows of earlier versions. */
  consentIds: string[] | null;
}

/** @param consents of the person. In doubt true: a report rather names one answer too many. */
export function toldInside(definition: RegistryDefinition, told: ToldOfHousehold, consents: Set<string>): boolean {
  const { fields, requiredConsent, consentIds } = told;
  if (fields !== null && !reachMembers(definition, fields)) return false;
  // Everybody inside is let out by a consent of their own.
  return (
    !requiredConsent || consentIds === null || consentIds.length === 0 || consentIds.some((id) => consents.has(id))
  );
}

function reachMembers(definition: RegistryDefinition, fields: string[]): boolean {
  const members = definition.recordTypes.flatMap(({ memberPaths }) => memberPaths);
  const meets = (path: string) =>
    path === '*' ||
    members.some((member) => `${path}.`.startsWith(`${member}.`) || `${member}.`.startsWith(`${path}.`));
  return fields.some((field) => meets(field) || canonicalPaths(definition, field).some(meets));
}
