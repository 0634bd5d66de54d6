/** The second factor of an administrator: codes of an authenticator app (RFC 6238), and codes for when it is lost. */
import { createHash } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { MasterKey } from '../platform/master-key.js';
import { withoutUnseen } from '../protocol/text.js';
import { readableSecret } from './password.js';

const PERIOD_SECONDS = 30;
/** Steps that the clock of a telephone may be off, either way. */
const WINDOW = 1;
const RECOVERY_CODES = 10;
const RECOVERY_GROUPS = 4;

/** To what a sealed secret is bound. */
const placeOf = (accountId: string): string => `admin_account:${accountId}:totp`;

export interface NewSecret {
  sealed: Buffer;
  /** In base32, for those who type it. */
  secret: string;
  /** `otpauth://…`, what a QR code holds. */
  uri: string;
}

export class SecondFactors {
  constructor(
    private readonly masterKey: MasterKey,
    private readonly issuer: string,
  ) {}

  make(accountId: string, name: string): NewSecret {
    const secret = new Secret({ size: 20 });
    const uri = new TOTP({ issuer: this.issuer, label: name, secret }).toString();
    return { sealed: this.masterKey.seal(Buffer.from(secret.bytes), placeOf(accountId)), secret: secret.base32, uri };
  }

  /** The time step that a code is of; undefined where it is of none that counts now. */
  stepOf(accountId: string, sealed: Buffer, code: string, now: Date): number | undefined {
    const bytes = this.masterKey.open(sealed, placeOf(accountId));
    const secret = new Secret({ buffer: new Uint8Array(bytes).buffer });
    const at = { period: PERIOD_SECONDS, timestamp: now.getTime() };
    const off = TOTP.validate({ token: plainCode(code), secret, window: WINDOW, ...at });
    return off === null ? undefined : TOTP.counter(at) + off;
  }
}

/** Some eighty bits each, so that a plain hash keeps them. */
export function makeRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => readableSecret(RECOVERY_GROUPS));
  return { codes, hashes: codes.map(hashOfRecovery) };
}

export const hashOfRecovery = (code: string): string =>
  createHash('sha256').update(plainCode(code)).digest('base64url');

/** However it was typed: in the digits of any script, wide or small, with the blanks, dashes and marks that come with it. */
function plainCode(code: string): string {
  const text = withoutUnseen(code).normalize('NFKC').toLowerCase();
  return text.replaceAll(/[\s\p{Pd}]/gu, '').replaceAll(/\p{Nd}/gu, plainDigit);
}

/** Unicode has the ten digits of a script one behind the other, from its zero on. */
function plainDigit(digit: string): string {
  let value = 0;
  const code = digit.codePointAt(0) ?? 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value % 10);
}
