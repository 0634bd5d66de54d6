/** Whether a consent that came with a message counts still when what it let out leaves later. */
import { stands } from '../entities/agreements/shown-consent.repository.js';
import type { KeyServices } from './consent-keys.js';
import { askStatus } from './consent-status.js';
import { WITHHELD } from './withheld.js';

/** As a decision keeps it. */
export interface ToldConsent {
  controllerId?: string | undefined;
  jti: string;
  until: string;
  statusUrls: string[];
}

/** Why it does not; `CONSENT_NOT_ANSWERED` is no end: it may be asked again. */
export async function whyMessageConsentFails(
  { database, outbound }: KeyServices,
  { controllerId, jti, until, statusUrls }: ToldConsent,
  now: Date,
): Promise<string | undefined> {
  if (new Date(until) < now) return WITHHELD.MESSAGE_CONSENT_ENDED;
  if (controllerId !== undefined && !(await stands(database, { controllerId, jti })))
    return WITHHELD.MESSAGE_CONSENT_ENDED;
  for (const url of statusUrls) {
    const status = await askStatus(outbound, url);
    if (status === 'unavailable') return WITHHELD.CONSENT_NOT_ANSWERED;
    if (status !== 'active') return WITHHELD.MESSAGE_CONSENT_ENDED;
  }
  return undefined;
}
