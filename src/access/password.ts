/** Passwords of administrators: Argon2id (RFC 9106) at OWASP's parameters, and what a password must be. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Algorithm 2 is Argon2id. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const LEAST = 12;
const MOST = 128;
const LEAST_DIFFERENT = 5;
/** Without those that are taken for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** However it was typed, it is the same (NIST SP 800-63B 5.1.1.2). */
const canonical = (password: string): string => password.normalize('NFKC');

export const hashPassword = (password: string): Promise<string> => hash(canonical(password), PARAMETERS);

/** Against this an account that is not there is tried, so that nobody can tell by the time it takes. */
let nobody: Promise<string> | undefined;

export async function isPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(32).toString('hex'));
  const right = await verify(passwordHash ?? (await nobody), canonical(password));
  return right && passwordHash !== undefined;
}

/** What is wrong with a new one; undefined where it is good. */
export function passwordProblem(password: string, name: string): string | undefined {
  const text = canonical(password);
  if (text.length < LEAST || text.length > MOST) return `use ${LEAST} to ${MOST} characters`;
  if (new Set(text).size < LEAST_DIFFERENT) return `use at least ${LEAST_DIFFERENT} different characters`;
  return text.toLowerCase().includes(name) ? 'must not hold the name of the account' : undefined;
}

/** Groups of letters that can be read out: `k3f7-…`, five bits a letter nearly. */
export const readableSecret = (groups: number): string => Array.from({ length: groups }, () => lettersOf(4)).join('-');

function lettersOf(count: number): string {
  let letters = '';
  while (letters.length < count) {
    const [byte = 255] = randomBytes(1);
    // Only whole rounds of the alphabet: no letter is likelier than another.
    if (byte < LETTERS.length * 8) letters += LETTERS.charAt(byte % LETTERS.length);
  }
  return letters;
}
