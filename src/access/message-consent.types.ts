/** What a consent in a message is checked with, and what is left of it once it holds. */
import type { SignerQuestion, SignerServices } from './consent-signer.js';

export interface ConsentServices extends SignerServices {
  /** Names under which a consent may be given to us. */
  ownNames: string[];
  /** Who vouches for consents where no controller is registered. */
  managerUrl?: string | undefined;
}

export interface ConsentQuestion extends SignerQuestion {
  /** Of the message. */
  receivedAt: Date;
}

export interface MessageConsent {
  /** Its number; a stored consent's id at the manager where that was named instead. */
  jti: string;
  subject: { type: string; value: string };
  purpose: string;
  scopes: string[];
  until: Date;
  /** Who signed it; undefined where the consent manager alone vouches for it. */
  controllerId?: string | undefined;
  /** Where its status is asked for again before a later answer leaves. */
  statusUrl?: string | undefined;
}
