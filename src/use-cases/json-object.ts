import { isObject } from '../platform/plain-object.js';
import { invalid } from './errors.js';

/** `JSON` may be anything; here it must be an object. @throws DomainError that names the field */
export function requireObject(value: unknown, field: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw invalid(field, `must be a JSON object`);
}
