/** Whether a well-formed file says what the dictionary has: registries, paths, codes, events, and records that embed each other. */
import { CODES, OPEN_CODES } from '../../protocol/registries/core/codes.js';
import { codeOf } from '../../protocol/registries/core/code-list.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { MEMBER_IDENTIFYING } from '../../protocol/registries/core/common.vocabulary.js';
import { identifyingTypes } from '../../protocol/registries/records/identifying.js';
import { resolvePath } from '../../protocol/registries/records/property.path.js';
import { findEventType, findIdentifierType, type Registries } from '../../protocol/registries/registries.js';
import type { Finding, Place } from './finding.js';
import {
  eventsOf,
  isFollowed,
  type Field,
  type List,
  type RecordMapping,
  type SourceFile,
} from './source-file.schema.js';

export interface Checked {
  errors: Finding[];
  warnings: Finding[];
}

export function checkAgainstDictionary(file: SourceFile, registries: Registries): Checked {
  const check = new Check(file);
  if (file.source.kind === 'mssql')
    check.error(['source', 'kind'], 'mssql is not served yet: use postgres, mariadb, mysql or dci');
  if (file.source.kind === 'dci' && file.source.mode !== 'live')
    check.error(['source', 'mode'], 'must be live with kind dci: another server is asked, not copied');
  const expected = [
    ...Object.keys(file.check.expect).map((name): [string, Place] => [name, ['check', 'expect', name]]),
    ...(file.check.unique ?? []).map((one, at): [string, Place] => [one.split('.')[0] ?? '', ['check', 'unique', at]]),
  ];
  for (const [name, place] of expected)
    if (!file.records.some((mapping) => mapping.name === name)) check.error(place, 'names no entry of records');
  if (file.capture.by === 'binlog')
    check.warn(
      ['capture', 'by'],
      `changes are read by ${file.capture.fallback === undefined ? 'the sweep' : 'the fallback and the sweep'}, not yet by binlog`,
    );
  check.subscription();
  const { max_age: maxAge, mode } = file.source;
  if (maxAge !== undefined && mode === 'live')
    check.error(['source', 'max_age'], 'is of a mirror: a live source is asked at every question');
  if (maxAge !== undefined && mode === 'mirror' && maxAge <= readEvery(file))
    check.error(
      ['source', 'max_age'],
      `must be longer than ${readEvery(file) / 1000}s, after which this file has the source read again`,
    );
  if (file.capture.by === 'publication' && file.source.kind !== 'postgres')
    check.error(['capture', 'by'], 'publication is of postgres: use watermark, or none');
  if (file.capture.by === 'publication' && file.source.read_from !== undefined)
    check.error(
      ['source', 'read_from'],
      'what a publication tells of is read again at the server that told it: leave this out',
    );
  const names = file.records.map(({ name }) => name);
  for (const [index, mapping] of file.records.entries()) {
    const place = ['records', index];
    if (names.indexOf(mapping.name) !== index)
      check.error([...place, 'name'], `${mapping.name} is used twice: give each entry of a type a name`);
    const definition = registries.byName(mapping.registry);
    if (definition === undefined) {
      check.error([...place, 'registry'], `is none of ${registries.all.map(({ registry }) => registry).join(', ')}`);
      continue;
    }
    const type = definition.recordTypes.find(({ name }) => name === mapping.type);
    if (type === undefined)
      check.error([...place, 'type'], `is none of ${definition.recordTypes.map(({ name }) => name).join(', ')}`);
    else check.record(mapping, definition, type, place, names);
    if (file.source.kind === 'dci') check.upstream(mapping, place);
    else check.table(mapping, place);
  }
  return check;
}

/** Milliseconds after which copies are known to be what the source holds, while all is well. */
function readEvery({ capture }: SourceFile): number {
  if (capture.by === 'publication') return SECOND;
  const { column, every } = capture.by === 'watermark' ? capture : (capture.fallback ?? {});
  return column === undefined ? capture.sweep : (every ?? capture.sweep);
}
const SECOND = 1000;

class Check implements Checked {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];

  constructor(private readonly file: SourceFile) {}

  error(place: Place, message: string): void {
    this.errors.push({ place, message });
  }

  warn(place: Place, message: string): void {
    this.warnings.push({ place, message });
  }

  record(
    mapping: RecordMapping,
    definition: RegistryDefinition,
    type: RecordTypeDefinition,
    place: Place,
    names: string[],
  ): void {
    const of = { definition, className: type.class };
    this.#fields(mapping.fields, of, [...place, 'fields']);
    this.#constants(mapping.constants, of, [...place, 'constants']);
    this.#lists(mapping.lists, of, [...place, 'lists'], names);
    for (const [path, { record }] of Object.entries(mapping.embed)) {
      this.#path(path, of, [...place, 'embed', path]);
      this.#named(record, names, [...place, 'embed', path, 'record']);
    }
    for (const path of Object.keys(mapping.first_of)) this.#path(path, of, [...place, 'first_of', path]);
    for (const path of Object.keys(mapping.search).filter((one) => one !== 'identifier'))
      this.#path(path, of, [...place, 'search', path]);
    for (const [index, { type: identifierType }] of mapping.identifiers.entries())
      if (findIdentifierType(definition, identifierType) === undefined)
        this.warn([...place, 'identifiers', index, 'type'], 'is no identifier type that searches look for');
    const { created, changed, ended, deleted, merged, added, set } = mapping.events;
    const told = { created, changed, ended, deleted, merged };
    for (const [member, event] of Object.entries(told))
      if (event !== undefined) this.#event(event, definition, [...place, 'events', member]);
    for (const [member, byPath] of Object.entries({ added, set }))
      for (const [path, event] of Object.entries(byPath)) {
        this.#path(path, of, [...place, 'events', member, path]);
        this.#event(event, definition, [...place, 'events', member, path]);
      }
    if (mapping.link !== undefined) {
      this.#named(mapping.link.to, names, [...place, 'link', 'to']);
      if (names.indexOf(mapping.link.to) < names.indexOf(mapping.name))
        this.error([...place, 'link'], `must stand before ${mapping.link.to}, which is read with what it gives`);
      const by = findIdentifierType(definition, mapping.link.by);
      if (by !== undefined && ![...identifyingTypes(type), ...MEMBER_IDENTIFYING].includes(by))
        this.error([...place, 'link', 'by'], `${by} is shared by several persons: take a number of one person alone`);
      for (const path of mapping.link.give.filter((one) => !one.startsWith('identifier.')))
        this.#path(path, of, [...place, 'link', 'give']);
    }
    const filled = [mapping.fields, mapping.lists, mapping.constants, mapping.embed].some(
      (part) => Object.keys(part).length > 0,
    );
    if (!filled && mapping.identifiers.length === 0 && this.file.source.kind !== 'dci')
      this.error(place, 'maps no field, list or identifier');
  }

  /** Another server tells of changes itself; nothing of it could be followed otherwise. */
  subscription(): void {
    const { capture, source, records } = this.file;
    if (capture.by === 'subscription' && source.kind !== 'dci')
      this.error(['capture', 'by'], 'subscription is of kind dci: a database is followed by publication or watermark');
    if (source.kind !== 'dci') return;
    if (capture.by !== 'subscription' && capture.by !== 'none')
      this.error(['capture', 'by'], 'must be subscription, or none, with kind dci');
    if (capture.by === 'subscription' && capture.sender === undefined)
      this.error(['capture', 'sender'], 'is missing: the name among our senders under which the other server tells us');
    for (const [index, mapping] of records.entries())
      if (capture.by === 'subscription' && eventsOf(mapping).length === 0)
        this.error(['records', index, 'events'], 'is missing: the events that the other server is to tell us of');
  }

  /** Another server gives records of the dictionary: nothing is mapped. */
  upstream({ from, sql, key, fields, lists, refresh }: RecordMapping, place: Place): void {
    const mapped = Object.entries({
      from,
      sql,
      key: key[0],
      fields: Object.keys(fields)[0],
      lists: Object.keys(lists)[0],
      refresh,
    });
    for (const [member, given] of mapped)
      if (given !== undefined)
        this.error([...place, member], 'is not for kind dci: the other server gives whole records');
  }

  /** What only copies can do is a mistake in a file that keeps none. */
  table({ from, sql, key, search, link, refresh }: RecordMapping, place: Place): void {
    if ((from === undefined) === (sql === undefined)) this.error(place, 'needs from or sql, one of the two');
    if (key.length === 0) this.error([...place, 'key'], 'is missing');
    if (refresh !== undefined && !/(?<!:):last\b/.test(refresh.sql))
      this.error([...place, 'refresh', 'sql'], 'needs :last, the time since which it gives the keys of what changed');
    if (refresh !== undefined && !isFollowed(this.file))
      this.error([...place, 'refresh'], 'needs capture: changes of this live source are not followed');
    if (this.file.source.mode !== 'live') return;
    if (Object.keys(search).length === 0)
      this.error([...place, 'search'], 'is needed with mode live: by what records are found at the source');
    if (link !== undefined) this.error([...place, 'link'], 'needs mode mirror: facts are joined in the copies');
  }

  #lists(lists: Record<string, List[]>, of: Scope, place: Place, names: string[]): void {
    for (const [path, parts] of Object.entries(lists)) {
      const property = this.#path(path, of, [...place, path]);
      for (const part of parts) {
        if (part.from !== undefined && part.parent.length === 0)
          this.error([...place, path], 'needs parent: the columns that lead to the record');
        if (part.embed !== undefined) this.#named(part.embed.record, names, [...place, path, 'embed', 'record']);
        if (property === undefined) continue;
        if (!('class' in property)) {
          if (part.value === undefined) this.error([...place, path], 'is a list of values: give value');
          continue;
        }
        const below = { definition: of.definition, className: property.class };
        this.#fields(part.fields, below, [...place, path, 'fields']);
        this.#constants(part.constants, below, [...place, path, 'constants']);
        this.#lists(part.lists, below, [...place, path, 'lists'], names);
        if (part.embed?.at !== undefined) this.#path(part.embed.at, below, [...place, path, 'embed', 'at']);
      }
    }
  }

  #fields(fields: Record<string, Field>, of: Scope, place: Place): void {
    for (const [path, { codes, otherwise }] of Object.entries(fields)) {
      const property = this.#path(path, of, [...place, path]);
      if (property !== undefined && 'class' in property)
        this.error([...place, path], 'is an object: map its members, or use lists or embed');
      if (codes === undefined) continue;
      const table = this.file.codes[codes];
      if (table === undefined) this.error([...place, path], `codes.${codes} is not in this file`);
      else if (property !== undefined && 'codes' in property) {
        const known = codeListOf(of.definition, property.codes);
        const targets = [...Object.values(table), ...(isWord(otherwise) ? [otherwise] : [])];
        const wrong = [...new Set(targets)].filter((code) => known !== undefined && codeOf(known, code) === undefined);
        if (wrong.length > 0)
          this.error([...place, path], `codes.${codes} has codes that ${path} does not have: ${wrong.join(', ')}`);
      }
    }
  }

  #constants(constants: Record<string, string>, of: Scope, place: Place): void {
    for (const path of Object.keys(constants)) this.#path(path, of, [...place, path]);
  }

  #path(path: string, { definition, className }: Scope, place: Place) {
    const resolved = resolvePath(definition, className, path);
    if (resolved === undefined) this.error(place, `is no path of the dictionary's ${className}`);
    return resolved?.property;
  }

  #named(record: string, names: string[], place: Place): void {
    if (!names.includes(record)) this.error(place, `${record} is no entry of records in this file`);
  }

  #event(event: string, definition: RegistryDefinition, place: Place): void {
    if (findEventType(definition, event) === undefined)
      this.error(place, `is none of ${definition.events.map(({ name }) => name).join(', ')}`);
  }
}

interface Scope {
  definition: RegistryDefinition;
  className: string;
}

/** Undefined for lists that are open, or of identifier types: any word may stand there. */
function codeListOf(definition: RegistryDefinition, name: string) {
  if (OPEN_CODES.has(name) || name === 'IdentifierTypeEnum') return undefined;
  return definition.codes?.[name] ?? CODES[name];
}

const isWord = (otherwise: string | undefined): otherwise is string =>
  otherwise !== undefined && !['keep', 'null', 'skip'].includes(otherwise);
