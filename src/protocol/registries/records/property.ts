/** Short forms for the properties of dictionary classes. */
import type { ClassDefinition, PropertyDefinition } from '../definition.js';

export const text: PropertyDefinition = { type: 'string' };
export const identifier: PropertyDefinition = { type: 'identifier' };
export const decimal: PropertyDefinition = { type: 'number' };
export const integer: PropertyDefinition = { type: 'integer' };
export const flag: PropertyDefinition = { type: 'boolean' };
export const date: PropertyDefinition = { type: 'date' };
export const json: PropertyDefinition = { type: 'json' };
export const coded = (codes: string): PropertyDefinition => ({ codes });
export const object = (name: string): PropertyDefinition => ({ class: name });
export const listOf = (property: PropertyDefinition): PropertyDefinition => ({ ...property, list: true });

/** `registration_date` and `last_updated`, which most classes end with. */
export const registered = { registration_date: date, last_updated: date };

/** A class of an extension that adds to, or narrows, a class of the core. */
export const extend = (base: ClassDefinition, own: Partial<ClassDefinition>): ClassDefinition => ({
  ...base,
  ...own,
  properties: { ...base.properties, ...own.properties },
  spellings: { ...base.spellings, ...own.spellings },
});

export const byName = (classes: ClassDefinition[]): Record<string, ClassDefinition> =>
  Object.fromEntries(classes.map((definition) => [definition.name, definition]));
