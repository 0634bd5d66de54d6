/** Rows of a source → records: their lists and the records that they embed are read for all rows of a batch at once. */
import type { Identifier } from '../../entities/records/record.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { assembleRecord } from '../../protocol/registries/records/draft.js';
import { assertNoPlaceholder } from '../../protocol/registries/records/identifying.js';
import { resolvePath } from '../../protocol/registries/records/property.path.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { asNamed, mapFields, put, SKIPPED, type Data } from './map-fields.js';
import { sourceRecordId } from './record-id.js';
import type { Row } from './source-database.js';
import { SourceFault } from './source-fault.js';
import type { Embed, List, RecordMapping, SourceFile } from './source-file.schema.js';
import type { Shared, SourceReader } from './source-reader.js';
import { cell, identifierIn, keyName, keyOf, keyText, trimmed, type Key } from './source-row.js';

/** Rows beyond, of one record and list, refuse the record. */
const MOST_ROWS = 1000;

export type RowState = 'SERVED' | 'ENDED' | 'MERGED' | 'WITHHELD' | 'REFUSED';

export interface MappedRecord {
  /** Empty for a row of a file, which names its record otherwise. */
  id: string;
  key: Key;
  state: RowState;
  /** Of a served one; of a live source, also of one that ended. */
  identifiers: Identifier[];
  data: Data;
  /** Keys of rows of other tables that went into it, of lists that have a `key`. */
  children: string[];
  /** Of a refused one: where, and why; never a value. */
  path?: string;
  reason?: string;
}

type Part = Data | RecordInvalid | typeof SKIPPED;

interface Scope {
  definition: RegistryDefinition;
  className: string;
}

export class RecordMapper {
  constructor(
    private readonly file: SourceFile,
    private readonly registries: Registries,
    /** Left out where rows are whole in themselves, as those of a file. */
    private readonly given: SourceReader | undefined,
  ) {}

  get reader(): SourceReader {
    if (this.given === undefined) throw new SourceFault('there is no other table to read');
    return this.given;
  }

  /** In the order of the rows. */
  async map(mapping: RecordMapping, rows: Row[]): Promise<MappedRecord[]> {
    const { definition, recordType } = this.typeOf(mapping);
    const problems = this.#problems(mapping, rows);
    const heads = rows.map((row) => {
      const state = problems.has(row) ? 'REFUSED' : stateOf(mapping, row);
      return { row, key: keyOf(row, mapping.key), state };
    });
    const served = heads.filter(({ state }) => this.#isRead(state)).map(({ row }) => row);
    const scope = { definition, className: recordType.class };
    const children = new Map<Row, string[]>();
    const parts = await this.#objects(mapping, served, scope, mapping.embed, children);
    const shared = await this.#sharedValues(mapping, served);
    const mapped = new Map(served.map((row, index): [Row, Part] => [row, parts[index] ?? SKIPPED]));
    return heads.map(({ row, key, state }) => {
      const id = this.given === undefined ? '' : sourceRecordId(this.file.source.name, mapping.name, key);
      const empty = { id, key, identifiers: [], data: {}, children: children.get(row) ?? [] };
      const part = mapped.get(row);
      const reason = problems.get(row);
      if (reason !== undefined) return { ...empty, state, path: '', reason };
      if (!this.#isRead(state) || part === undefined) return { ...empty, state };
      if (part === SKIPPED) return { ...empty, state: state === 'SERVED' ? 'WITHHELD' : state };
      try {
        if (part instanceof RecordInvalid) throw part;
        const raw = rawOf(mapping, row, part, shared);
        // Rows of a file are handed in, and read as anything that is.
        return { ...empty, state, ...(this.given === undefined ? raw : draftOf(definition, recordType, raw)) };
      } catch (error) {
        if (!(error instanceof RecordInvalid)) throw error;
        if (state !== 'SERVED') return { ...empty, state };
        return { ...empty, state: 'REFUSED', path: error.path, reason: error.message };
      }
    });
  }

  /** Rows that are no record, whatever they hold: that the source cannot make, that have no key, or that share one. */
  #problems({ key: columns }: RecordMapping, rows: Row[]): Map<Row, string> {
    const problems = new Map<Row, string>();
    for (const same of Map.groupBy(rows, (row) => keyText(keyOf(row, columns))).values()) {
      const isOne = this.given === undefined || new Set(same.map((row) => JSON.stringify(row))).size === 1;
      for (const row of same) {
        const hasKey = keyOf(row, columns).every((part) => part !== '');
        const reason =
          this.given?.problemOf(row) ??
          (hasKey ? undefined : `has no value in the key column ${columns.join(', ')}`) ??
          (isOne ? undefined : `several different rows have one key ${columns.join(', ')}`);
        if (reason !== undefined) problems.set(row, reason);
      }
    }
    return problems;
  }

  /** Of a live source there is no copy that tells whose record ended: it is read once more. */
  #isRead(state: RowState): boolean {
    return state === 'SERVED' || (this.file.source.mode === 'live' && (state === 'ENDED' || state === 'MERGED'));
  }

  typeOf({ registry, type }: RecordMapping): { definition: RegistryDefinition; recordType: RecordTypeDefinition } {
    const definition = this.registries.byName(registry);
    const recordType = definition?.recordTypes.find(({ name }) => name === type);
    if (definition === undefined || recordType === undefined)
      throw new SourceFault(`this gateway does not serve ${registry} ${type}`);
    return { definition, recordType };
  }

  async #objects(
    spec: RecordMapping | List,
    rows: Row[],
    scope: Scope,
    embedded: Record<string, Embed> = {},
    met?: Map<Row, string[]>,
  ): Promise<Part[]> {
    const parts = rows.map((row) => this.#fields(spec, row, scope));
    for (const [path, lists] of Object.entries(spec.lists)) {
      const owner = this.#below(scope, path);
      for (const list of lists) add(parts, path, await this.#elements(list, rows, spec, owner, met));
    }
    for (const [above, embed] of Object.entries(embedded)) {
      const path = [above, embed.at].filter(Boolean).join('.');
      const objects = await this.#embedded(embed, rows, this.#below(scope, path));
      objects.forEach((data, index) => {
        const part = parts[index];
        if (data === undefined || !isData(part)) return;
        if (path === '') Object.assign(part, data);
        else put(part, path.split('.'), data);
      });
    }
    return parts;
  }

  #fields(spec: Pick<List, 'fields' | 'constants'>, row: Row, { definition, className }: Scope): Part {
    try {
      return mapFields(this.file, definition, className, spec, row);
    } catch (error) {
      if (error instanceof RecordInvalid) return error;
      throw error;
    }
  }

  /** Of each row, its elements of a list. */
  async #elements(
    list: List,
    rows: Row[],
    spec: RecordMapping | List,
    scope: Scope,
    met?: Map<Row, string[]>,
  ): Promise<Element[][]> {
    const { from, parent, value, key } = list;
    const owners = spec.key.slice(0, parent.length);
    const byOwner = from === undefined ? undefined : await this.#children(list, rows, spec, owners);
    const children = byOwner === undefined ? rows : [...byOwner.values()].flat();
    const isMade = (row: Row): boolean => this.given?.problemOf(row) === undefined;
    const made = children.filter(isMade);
    const parts: Element[] =
      value === undefined
        ? await this.#objects(list, made, scope, list.embed === undefined ? {} : { '': list.embed })
        : made.map((row) => trimmed(row, value.column));
    const byRow = new Map(made.map((row, index): [Row, Element] => [row, parts[index]]));
    const elementOf = (row: Row): Element =>
      isMade(row) ? byRow.get(row) : new RecordInvalid('', `in ${from} ${this.given?.problemOf(row)}`);
    if (byOwner === undefined) return rows.map((row) => [elementOf(row)]);
    return rows.map((row) => {
      const own = byOwner.get(keyText(keyOf(row, owners))) ?? [];
      if (key.length > 0)
        met?.set(row, [...(met.get(row) ?? []), ...own.filter(isMade).map((child) => keyName(keyOf(child, key)))]);
      return own.map(elementOf);
    });
  }

  #children(list: List, rows: Row[], owner: RecordMapping | List, columns: string[]): Promise<Map<string, Row[]>> {
    const keys = new Map(rows.map((row) => keyOf(row, columns)).map((key) => [keyText(key), key]));
    return this.reader.children(list, [...keys.values()], owner, columns);
  }

  /** Other records of the file, as they are served, in the place of an object. */
  async #embedded({ record, by }: Embed, rows: Row[], { definition, className }: Scope): Promise<(Data | undefined)[]> {
    const target = this.file.records.find(({ name }) => name === record);
    if (target === undefined) throw new SourceFault(`${record} is no entry of records`);
    const keys = [...new Set(rows.map((row) => cell(row, by)).filter((key) => key !== undefined))];
    const found = await this.reader.named(
      target,
      keys.map((key) => [key]),
    );
    const plain = { ...target, embed: {} };
    const named = [...found].flatMap(([key, all]) => all.map((row): [string, Row] => [key, row]));
    const records = await this.map(
      plain,
      named.map(([, row]) => row),
    );
    const byKey = new Map(named.map(([key], index) => [key, records[index]]));
    const known = definition.classes[className]?.properties ?? {};
    return rows.map((row) => {
      const { state, data } = byKey.get(keyText([cell(row, by) ?? ''])) ?? {};
      if (state !== 'SERVED' || data === undefined) return undefined;
      return Object.fromEntries(Object.entries(data).filter(([name]) => Object.hasOwn(known, name)));
    });
  }

  #below({ definition, className }: Scope, path: string): Scope {
    if (path === '') return { definition, className };
    const property = resolvePath(definition, className, path)?.property;
    return { definition, className: property !== undefined && 'class' in property ? property.class : className };
  }

  /** By column, values that are to find nobody since several records have them, as far as the source finds those. */
  async #sharedValues(mapping: RecordMapping, rows: Row[]): Promise<Map<string, Shared>> {
    const shared = new Map<string, Shared>();
    for (const { value: column, ambiguous } of mapping.identifiers)
      if (ambiguous === 'refuse') {
        const values = [
          ...new Set(rows.map((row) => identifierIn(row, column)).filter((value) => value !== undefined)),
        ];
        shared.set(column, await this.reader.shared(mapping, column, values));
      }
    return shared;
  }
}

type Element = Part | string | undefined;

const isData = (part: Element): part is Data =>
  typeof part === 'object' && part !== null && !(part instanceof RecordInvalid);

function add(parts: Part[], path: string, lists: Element[][]): void {
  lists.forEach((elements, index) => {
    const part = parts[index];
    if (!isData(part)) return;
    const refused = elements.find((element) => element instanceof RecordInvalid);
    if (refused !== undefined) parts[index] = refused;
    else if (elements.length > MOST_ROWS) parts[index] = new RecordInvalid(path, `has more than ${MOST_ROWS} rows`);
    else
      append(
        part,
        path.split('.'),
        elements.filter((one) => typeof one === 'string' || (isData(one) && Object.keys(one).length > 0)),
      );
  });
}

function append(data: Data, [name = '', ...below]: string[], elements: unknown[]): void {
  if (elements.length === 0) return;
  const held = data[name];
  if (below.length > 0) {
    const inner: Data = isData(held as Element) && !Array.isArray(held) ? (held as Data) : {};
    data[name] = inner;
    append(inner, below, elements);
  } else data[name] = [...(Array.isArray(held) ? (held as unknown[]) : []), ...elements];
}

function stateOf({ state }: RecordMapping, row: Row): RowState {
  if (state === undefined) return 'SERVED';
  const { served, ended, merged } = state;
  const names = [...served, ...ended, ...(merged === undefined ? [] : [merged.value])];
  const value = asNamed(trimmed(row, state.column) ?? '', names);
  if (served.includes(value)) return 'SERVED';
  if (value === merged?.value) return 'MERGED';
  return ended.includes(value) ? 'ENDED' : 'WITHHELD';
}

interface Draft {
  identifiers: Identifier[];
  data: Data;
}

function rawOf(
  { identifiers, first_of: firstOf, key }: RecordMapping,
  row: Row,
  part: Data,
  shared: Map<string, Shared>,
): Draft {
  const given = identifiers.flatMap(({ type, value: column }) => {
    const others = shared.get(column);
    const value = (others && identifierIn(row, column)) ?? trimmed(row, column);
    // Who else has it cannot be asked by what stands there.
    if (value !== undefined && others?.keys.has(keyText(keyOf(row, key))) === false && value !== cell(row, column))
      throw new RecordInvalid(
        `identifier ${type}`,
        `is written otherwise than it is asked for, such as with spaces around it, and so ${column} does not tell who else has it: let the source trim it`,
      );
    return value === undefined || others?.values.has(value) ? [] : [{ type, value }];
  });
  for (const [path, choices] of Object.entries(firstOf)) {
    const chosen = choices
      .map(({ type, value }) => ({ type, value: trimmed(row, value) }))
      .find(({ value }) => value !== undefined);
    if (chosen !== undefined)
      put(part, path.split('.'), { identifier_type: chosen.type, identifier_value: chosen.value });
  }
  return { identifiers: given, data: part };
}

function draftOf(definition: RegistryDefinition, recordType: RecordTypeDefinition, raw: Draft): Draft {
  const draft = assembleRecord(definition, recordType, raw.identifiers, raw.data);
  assertNoPlaceholder(draft.identifiers);
  return draft;
}
