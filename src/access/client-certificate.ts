/**
 * Mutual TLS (RFC 8705) ends at a proxy: it passes the client's certificate in a header, as RFC 9440 has it
 * (`:base64:`), as URL-encoded PEM (nginx), or as bare base64.
 */
import { X509Certificate } from 'node:crypto';

export interface ClientCertificate {
  /** SHA-256 of the DER, lower-case colon hex. */
  thumbprint: string;
  /** Parts of the distinguished name, sorted, since proxies print them in either order. */
  subject: string;
  validFrom: Date;
  validTo: Date;
}

const MAX_LENGTH = 16_384;

/** @returns undefined for anything but one certificate */
export function readCertificate(header: string): ClientCertificate | undefined {
  if (header.length > MAX_LENGTH) return undefined;
  try {
    const bytes = certificateBytes(header.trim());
    const certificate = new X509Certificate(bytes);
    // X509Certificate reads the first of several, and says nothing of what follows.
    if (!certificate.raw.equals(bytes)) return undefined;
    return {
      thumbprint: certificate.fingerprint256.toLowerCase(),
      subject: canonicalSubject(certificate.subject),
      validFrom: new Date(certificate.validFrom),
      validTo: new Date(certificate.validTo),
    };
  } catch {
    return undefined;
  }
}

/** Whether a certificate is one that was registered: by its thumbprint, or by a subject that the proxy's CA vouches for. */
export function isRegistered(
  { thumbprint, subject, validFrom, validTo }: ClientCertificate,
  { tlsThumbprints, tlsSubject }: { tlsThumbprints: string[]; tlsSubject: string | null },
  now: Date,
): boolean {
  if (now < validFrom || now > validTo) return false;
  if (tlsThumbprints.includes(thumbprint)) return true;
  return tlsSubject !== null && subject !== '' && canonicalSubject(tlsSubject) === subject;
}

/** `CN=a,O=b` and the lines that OpenSSL prints, alike. */
export const canonicalSubject = (subject: string): string =>
  subject
    .split(/[\n,]/)
    .map((part) => part.trim().replace(/\s*=\s*/, '='))
    .filter((part) => part !== '')
    .sort()
    .join(',');

/** Colon hex in lower case; undefined for anything but a SHA-256. */
export function canonicalThumbprint(text: string): string | undefined {
  const hex = text.replace(/[:\s]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex.replace(/..(?!$)/g, '$&:') : undefined;
}

const BASE64 = '([A-Za-z0-9+/\\s]+={0,2})';
const FORMS = [
  new RegExp(`^:${BASE64}:$`),
  new RegExp(`^${BASE64}$`),
  new RegExp(`^-----BEGIN CERTIFICATE-----${BASE64}\\s*-----END CERTIFICATE-----\\s*$`),
];

/** Empty for a text that has more than one certificate, or anything beside it. */
function certificateBytes(text: string): Buffer {
  const written = text.startsWith('-----BEGIN') ? decodeURIComponent(text) : text;
  const base64 = FORMS.map((form) => form.exec(written)?.[1]).find((found) => found !== undefined);
  return Buffer.from(base64 ?? '', 'base64');
}
