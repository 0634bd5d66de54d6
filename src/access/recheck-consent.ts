/** Whether a consent that came with a message counts still when what it let out leaves later. */
import { stands } from '../entities/agreements/shown-consent.repository.js';
import type { KeyServices } from './consent-keys.js';
import { askStatus } from './consent-status.js';

/** As a decision keeps it. */
export interface ToldConsent {
  controllerId?: string | undefined;
  jti: string;
  until: string;
  statusUrls: string[];
}

export async function messageConsentStands(
  { database, outbound }: KeyServices,
  { controllerId, jti, until, statusUrls }: ToldConsent,
  now: Date,
): Promise<boolean> {
  if (new Date(until) < now) return false;
  if (controllerId !== undefined && !(await stands(database, { controllerId, jti }))) return false;
  for (const url of statusUrls) if ((await askStatus(outbound, url)) !== 'active') return false;
  return true;
}
