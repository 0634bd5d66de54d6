/** The one way out for records: what the grant does not cover is absent from what this returns. */
import { clampRecord } from '../protocol/registries/fields.js';
import { presentRecord } from '../protocol/registries/normalize.js';
import type { SourceRecord } from '../sources/registry-source.js';
import type { Grant } from './decide-access.js';

export interface Released {
  id: string;
  data: Record<string, unknown>;
}

export async function release(grant: Grant, records: SourceRecord[]): Promise<Released[]> {
  // Until consents are read, an agreement that asks for them releases nothing.
  if (grant.agreement.requiresConsent) return [];
  return records.map(({ id, data }) => ({
    id,
    data: presentRecord(grant.definition, grant.recordType.name, clampRecord(grant.clamp, data)),
  }));
}
