/** Mistakes in a definition are found at start, all at once, not at the first request that meets them. */
import { findAttribute } from './attributes.js';
import { CODES } from './core/codes.js';
import type { PropertyDefinition, RecordTypeDefinition, RegistryDefinition } from './definition.js';
import { resolvePath } from './records/property.path.js';

/** @throws Error that lists every mistake of every definition. */
export function checkDefinitions(definitions: RegistryDefinition[]): void {
  const mistakes = [
    ...repeated(definitions.map(({ registry }) => registry)).map((name) => `registry ${name} is defined twice`),
    ...repeated(definitions.flatMap(({ paths }) => paths)).map((path) => `path ${path} is used twice`),
    ...definitions.flatMap((definition) => check(definition).map((mistake) => `${definition.registry}: ${mistake}`)),
  ];
  if (mistakes.length > 0) throw new Error(`registry definitions are wrong:\n  ${mistakes.join('\n  ')}`);
}

const check = (definition: RegistryDefinition): string[] => {
  const missing = [...classMistakes(definition), ...recordTypeClasses(definition)];
  // Paths can only be walked once every class is there.
  if (missing.length > 0) return missing;
  return [...pathMistakes(definition), ...identifyingMistakes(definition), ...eventMistakes(definition)];
};

/** Without them everybody is somebody else, and with a misspelt one nobody says so. */
function identifyingMistakes({ recordTypes, identifierTypes }: RegistryDefinition): string[] {
  const known = new Set(Object.values(identifierTypes));
  return recordTypes.flatMap(({ name, identifying, otherwise }) => [
    ...(identifying.length === 0 ? [`record type ${name} has no identifying identifier type`] : []),
    ...[...identifying, ...(otherwise?.identifying ?? [])]
      .filter((type) => !known.has(type))
      .map((type) => `record type ${name} is identified by ${type}, which is not an identifier type`),
  ]);
}

const classMistakes = (definition: RegistryDefinition): string[] =>
  Object.entries(definition.classes).flatMap(([name, { properties }]) =>
    Object.entries(properties).flatMap(([property, type]) =>
      missingOf(definition, type).map((what) => `${name}.${property} refers to ${what}, which is not defined`),
    ),
  );

function missingOf(definition: RegistryDefinition, type: PropertyDefinition): string[] {
  if ('class' in type) return type.class in definition.classes ? [] : [`class ${type.class}`];
  if ('codes' in type) return type.codes in { ...CODES, ...definition.codes } ? [] : [`code list ${type.codes}`];
  return [];
}

const recordTypeClasses = (definition: RegistryDefinition): string[] => [
  ...(definition.recordTypes.length === 0 ? ['it has no record type'] : []),
  ...definition.recordTypes
    .filter((recordType) => !(recordType.class in definition.classes))
    .map((recordType) => `record type ${recordType.name} has class ${recordType.class}, which is not defined`),
];

const pathMistakes = (definition: RegistryDefinition): string[] =>
  definition.recordTypes.flatMap((recordType) =>
    [
      ...recordType.identifierPaths,
      ...recordType.memberPaths,
      ...otherwisePath(recordType),
      ...(recordType.severalPerSubject === undefined ? [] : [recordType.severalPerSubject]),
      ...Object.values(recordType.attributeAliases),
    ]
      .filter((path) => resolvePath(definition, recordType.class, path)?.path !== path)
      .map((path) => `record type ${recordType.name} names ${path}, which is not a path of its class`),
  );

const otherwisePath = ({ otherwise }: RecordTypeDefinition): string[] => (otherwise ? [otherwise.path] : []);

const eventMistakes = (definition: RegistryDefinition): string[] =>
  definition.events.flatMap(({ name, shownBy }) => {
    const path = typeof shownBy === 'object' ? shownBy.date : undefined;
    const dates = definition.recordTypes.map((recordType) => path && findAttribute(definition, recordType, path));
    return path === undefined || dates.some((found) => typeof found === 'object' && found.type === 'date')
      ? []
      : [`event ${name} is shown by ${path}, which is no date of its record types`];
  });

const repeated = (names: string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);
