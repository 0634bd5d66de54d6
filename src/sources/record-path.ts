/** A path of the dictionary as PostgreSQL reads it: as jsonpath, and as the smallest JSON document that holds a value there. */
import type { RegistryDefinition } from '../protocol/registries/definition.js';

export interface Segment {
  name: string;
  list: boolean;
}

/** @param path a canonical path. @throws Error for any other: nothing of a request becomes part of a path. */
export function segmentsOf(definition: RegistryDefinition, recordType: string, path: string): Segment[] {
  let at = definition.recordTypes.find(({ name }) => name === recordType)?.class;
  return path.split('.').map((name) => {
    const properties = definition.classes[at ?? '']?.properties ?? {};
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!property) throw new Error(`${path} is not a path of ${definition.registry} ${recordType}`);
    at = 'class' in property ? property.class : undefined;
    return { name, list: property.list ?? false };
  });
}

/** `$."address"[*]."postal_code"`, in lax mode: what is missing, or of another shape, yields nothing. */
export const jsonPath = (segments: Segment[]): string =>
  `$${segments.map(({ name, list }) => `.${JSON.stringify(name)}${list ? '[*]' : ''}`).join('')}`;

/** `{"address": [{"postal_code": value}]}`: a record contains it when any element holds the value. */
export const containing = (segments: Segment[], value: unknown): unknown =>
  segments.reduceRight((inner, { name, list }) => ({ [name]: list ? [inner] : inner }), value);
