/** JSON in its canonical form (RFC 8785): what signatures and digests are made over, so every message waits for it. */

/** RFC 8785 canonical JSON; undefined members are left out. @throws TypeError for what has no such form */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'boolean' || value === null || Number.isFinite(value)) return String(value);
  if (typeof value !== 'object') throw new TypeError(NO_FORM);
  if (Array.isArray(value)) return canonicalArray(value);
  if (hasJsonForm(value)) return canonicalJson(value.toJSON());
  return canonicalObject(value as Record<string, unknown>);
}

const NO_FORM = 'value has no JSON form that RFC 8785 knows';
/** What stands in JSON as it is: every signature and digest waits for this, and most strings are such. */
const PLAIN = /^[ !#-[\]-\ud7ff]*$/;

function canonicalString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (text.isWellFormed()) return JSON.stringify(text);
  throw new TypeError(NO_FORM);
}

function canonicalArray(value: unknown[]): string {
  let elements = '';
  for (const element of value) elements += (elements && ',') + canonicalJson(element ?? null);
  return `[${elements}]`;
}

function canonicalObject(value: Record<string, unknown>): string {
  let members = '';
  for (const name of inOrder(Object.keys(value))) {
    const member = value[name];
    if (member !== undefined) members += (members && ',') + canonicalName(name) + canonicalJson(member);
  }
  return `{${members}}`;
}

/** JavaScript's own order of strings is the one that RFC 8785 asks for; few are put into it sooner than `sort` begins. */
function inOrder(names: string[]): string[] {
  if (names.length > FEW) return names.sort();
  for (let next = 1; next < names.length; next += 1) {
    const name = names[next] as string;
    let place = next;
    for (; place > 0 && (names[place - 1] as string) > name; place -= 1) names[place] = names[place - 1] as string;
    names[place] = name;
  }
  return names;
}
const FEW = 20;

/** With its colon. Names are the same from one message to the next; those of partners must not fill the memory. */
function canonicalName(name: string): string {
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const written = `${canonicalString(name)}:`;
  if (name.length > USUAL_NAME) return written;
  if (canonicalNames.size >= MOST_NAMES) canonicalNames.clear();
  canonicalNames.set(name, written);
  return written;
}
const canonicalNames = new Map<string, string>();
const USUAL_NAME = 64;
const MOST_NAMES = 5000;

const hasJsonForm = (value: object): value is { toJSON: () => unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';
