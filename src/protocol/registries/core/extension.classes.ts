/** What every extension does with the core: a person class of its own, and members and groups that hold it (protocol 4.3 to 4.7). */
import { CORE_CLASSES, GROUP, MEMBER, MEMBER_CLASSES, PERSON } from './core.classes.js';
import type { ClassDefinition } from '../definition.js';
import { byName, extend, object } from '../records/property.js';

export const extensionContext = (extension: string, file: string): string =>
  `https://schema.spdci.org/extensions/${extension}/v1/data/${file}.jsonld`;

/** Core classes with the extension's person, member and group, and the classes given. */
export const extensionClasses = (
  extension: string,
  person: string,
  own: ClassDefinition[] = [],
): Record<string, ClassDefinition> =>
  byName([
    ...CORE_CLASSES,
    ...MEMBER_CLASSES,
    extend(PERSON, { name: person, context: extensionContext(extension, person) }),
    extend(MEMBER, {
      context: extensionContext(extension, 'Member'),
      properties: { demographic_info: object(person) },
    }),
    extend(GROUP, { context: extensionContext(extension, 'Group') }),
    ...own,
  ]);
