/** The forms of clients of the field as files: read, filled in, signed as their client signs them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signEnvelope, type Envelope } from '../../src/protocol/signature/signature.js';
import type { SignatureProfile } from '../../src/protocol/vocabulary.js';
import type { Partner } from '../support/partner.js';
import type { Hints } from './hints.js';

export interface Form {
  id: string;
  client: string;
  title: string;
  direction: 'in' | 'out' | 'in-answer';
  method: string;
  path: string;
  headers?: Record<string, string>;
  sign: 'OPENSPP' | 'DCI' | 'JWS_ATTACHED' | 'JWS_DETACHED_SORTED' | 'none';
  setup?: string;
  body?: unknown;
  expect: { words: string; hints: Hints };
  expect_strict?: { words: string; hints: Hints };
  /** `standard`, `tolerant`, `dialect:NAME` or `refuse`. */
  safe: string;
}

const FOLDER = resolve(import.meta.dirname, '../../../shared/clients-forms');
export const hasForms = existsSync(FOLDER);

export const forms: Form[] = hasForms
  ? readdirSync(FOLDER)
      .filter((file) => /^C-\d+\.json$/.test(file))
      .map((file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Form)
  : [];

/** The profile in which a sender is registered that signs like this. */
export const PROFILES: Record<Form['sign'], SignatureProfile> = {
  OPENSPP: 'OPENSPP',
  DCI: 'DCI',
  JWS_ATTACHED: 'JWS',
  JWS_DETACHED_SORTED: 'JWS',
  none: 'DCI',
};

export type Values = Record<string, string>;

/** Clients that number their messages by the second send one a second; a replay does not wait for the next. */
let seconds = Math.floor(Date.now() / 1000);

/** A value for each placeholder; what is random or the time is made anew at each place. */
export function fill(text: string, values: Values): string {
  const now = new Date();
  seconds += 1;
  const second = String(seconds);
  const made: Record<string, () => string> = {
    uuid: randomUUID,
    epoch: () => second,
    now: () => now.toISOString(),
    now_us: () => now.toISOString().replace('Z', '000Z'),
    now_s: () => now.toISOString().replace(/\.\d+Z/, 'Z'),
    now_off: () => now.toISOString().replace('Z', '000+00:00'),
    now_off_s: () => now.toISOString().replace(/\.\d+Z/, '+00:00'),
    digits21: () => Array.from(randomBytes(21), (byte) => byte % 10).join(''),
  };
  return text.replace(/\{\{([^}]+)\}\}/g, (_, name: string) => {
    const digits = /^hex(\d+)$/.exec(name)?.[1];
    if (name === 'sign') return '{{sign}}';
    const value =
      values[name] ??
      made[name]?.() ??
      (digits && randomBytes(Number(digits)).toString('hex').slice(0, Number(digits)));
    if (value === undefined) throw new Error(`nothing fills in {{${name}}}`);
    return value;
  });
}

/** The request as it is sent: placeholders filled in, signed over the very text. */
export async function requestOf(form: Form, partner: Partner, values: Values): Promise<RequestInit> {
  const filled = fill(typeof form.body === 'string' ? form.body : JSON.stringify(form.body ?? null), values);
  const headers = Object.fromEntries(
    Object.entries(form.headers ?? {}).map(([name, text]) => [name, fill(text, values)]),
  );
  const body = form.body === undefined || form.body === null ? undefined : await signed(form, partner, filled);
  return { method: form.method, headers, ...(body === undefined ? {} : { body }) };
}

async function signed(form: Form, partner: Partner, text: string): Promise<string> {
  if (form.sign === 'none' || !text.includes('{{sign}}')) return text;
  const { signature: _, ...content } = JSON.parse(text) as JsonObject & Envelope;
  const { senderId, key } = partner;
  const signature = await signEnvelope(PROFILES[form.sign] as 'DCI', content, key, { senderId, now: new Date() });
  return text.replace('"{{sign}}"', JSON.stringify(signature));
}
