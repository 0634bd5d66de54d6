/** What a sender must satisfy, whoever makes or changes it. */
import type { Sender } from '../../entities/senders/sender.entity.js';
import { canonicalThumbprint } from '../../access/client-certificate.js';
import { invalid } from '../errors.js';

type Checked = Pick<Sender, 'senderId' | 'name' | 'signaturePolicy' | 'sandbox' | 'rateLimitPerMinute'> &
  Partial<
    Pick<
      Sender,
      | 'rateLimitPerDay'
      | 'callbackHosts'
      | 'notifyUri'
      | 'jwksUrl'
      | 'suppressCountsBelow'
      | 'tlsThumbprints'
      | 'tlsSubject'
      | 'receiverAliases'
    >
  >;

/** @throws DomainError BAD_USER_INPUT that names the field */
export function checkSender(sender: Checked): void {
  if (!/^[A-Za-z0-9._-]{1,99}$/.test(sender.senderId))
    throw invalid('senderId', 'use 1 to 99 of the characters A-Z a-z 0-9 . _ -');
  if (sender.name.trim() === '') throw invalid('name', 'must not be empty');
  if (sender.signaturePolicy === 'OPTIONAL' && !sender.sandbox)
    throw invalid('signaturePolicy', 'OPTIONAL is for senders with sandbox: true only');
  for (const field of ['rateLimitPerMinute', 'rateLimitPerDay', 'suppressCountsBelow'] as const)
    if ((sender[field] ?? 0) < 0) throw invalid(field, 'must not be negative');
  for (const host of sender.callbackHosts ?? [])
    if (!isHost(host))
      throw invalid('callbackHosts', 'give each as host or host:port, without scheme or path; IPv6 in brackets');
  if (sender.receiverAliases?.some((name) => !/^[\x21-\x7e]{1,255}$/.test(name)))
    throw invalid(
      'receiverAliases',
      'give each as 1 to 255 ASCII characters without spaces, as it stands in receiver_id',
    );
  for (const field of ['notifyUri', 'jwksUrl'] as const)
    if (sender[field] != null && !isWebUrl(sender[field]))
      throw invalid(field, 'must be an http(s) URL without credentials');
  if (sender.tlsThumbprints?.some((text) => canonicalThumbprint(text) === undefined))
    throw invalid('tlsThumbprints', 'give each as the SHA-256 that openssl x509 -fingerprint -sha256 prints');
  if (sender.tlsSubject != null && !/^[A-Za-z.0-9]+=/.test(sender.tlsSubject))
    throw invalid('tlsSubject', 'write it as CN=partner,O=Ministry');
}

/** As it is compared with what a proxy passes. */
export const canonicalThumbprints = (texts: string[] | null | undefined): string[] =>
  (texts ?? []).flatMap((text) => canonicalThumbprint(text) ?? []);

function isHost(text: string): boolean {
  if (!/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text)) return false;
  return URL.canParse(`https://${text}/`);
}

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
