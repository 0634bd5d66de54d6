/**
 * Values of MariaDB and MySQL as text, and back: bytes that are no text as PostgreSQL writes them, `\x00ff`, and times that
 * the server keeps as moments with the zone in which its session shows them.
 */
import type { TypeCastField, TypeCastNext } from 'mysql2';
import { jsonValue } from './json-value.js';

/** @param offset of the session, such as `+06:00` */
export function readValue(field: TypeCastField, next: TypeCastNext, offset: string): string | null {
  if (field.type === 'BIT') return bitsOf(field.buffer());
  if (!/BLOB|STRING|VARCHAR|JSON/.test(field.type)) {
    const text = field.string();
    return text !== null && field.type === 'TIMESTAMP' ? text + offset : text;
  }
  // Only the driver knows which of these hold bytes.
  const value: unknown = next();
  if (!Buffer.isBuffer(value))
    return field.type === 'JSON' ? jsonValue(value as string | null) : (value as string | null);
  return textOf(value) ?? `\\x${value.toString('hex')}`;
}

function bitsOf(bits: Buffer | null): string | null {
  return bits === null ? null : BigInt(`0x${bits.toString('hex') || '0'}`).toString();
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const CONTROL = /(?![\t\r\n])\p{Cc}/u;

function textOf(bytes: Buffer): string | undefined {
  try {
    const text = UTF8.decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const BYTES = /^\\x(?:[0-9a-f]{2})+$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?)[+-]\d{2}:\d{2}$/;

/** What was read so, to be asked by: a key of the last page, or of a row that was told of. */
export function askedBy(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return BYTES.test(value) ? Buffer.from(value.slice(2), 'hex') : value.replace(MOMENT, '$1');
}
