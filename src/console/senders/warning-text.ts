import { translations } from '../i18n/i18n.js';

/** What the API warns of begins with what it is about. */
const KNOWN = { 'signaturePolicy is OPTIONAL': 'unsigned', 'notifyUri is not sent to': 'notReached' } as const;

export function warningText(warning: string): string {
  const [about = ''] = warning.split(':');
  return Object.hasOwn(KNOWN, about)
    ? translations.t(`senders.warning.${KNOWN[about as keyof typeof KNOWN]}`)
    : warning;
}
