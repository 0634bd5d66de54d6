/** A source looked at through its file, before anything of it is served: what fits, what does not, and why. Values are never shown. */
import { pathAhead } from '../../protocol/registries/records/draft.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { Finding } from './finding.js';
import type { MappedRecord } from './map-records.js';
import { refreshedKeys } from './refresh.js';
import { openSource, type OpenSource, type SourceUrls } from './source-connections.js';
import { publicationDoubts, publicationFaults } from './publication.js';
import { unmetExpectations } from './source-expectations.js';
import { SourceFault } from './source-fault.js';
import { isFollowed, type List, type RecordMapping, type SourceFile } from './source-file.schema.js';
import { privilegeDoubts } from './source-privileges.js';
import { embeddingFaults, leadFaults, searchFaults } from './source-statements.js';
import { indexWishes } from './source-wishes.js';
import { touchedKeys, watermarkOf, clockOf } from './watermark.js';

export interface CheckedSource {
  /** Whether the source could be connected to. */
  reached: boolean;
  errors: Finding[];
  warnings: Finding[];
  samples: Sample[];
}

export interface Sample {
  entry: string;
  registry: string;
  recordType: string;
  data: unknown;
}

const ROWS = 1000;
const SAMPLES = 10;

export async function checkSource(file: SourceFile, urls: SourceUrls, registries: Registries): Promise<CheckedSource> {
  const checked: CheckedSource = { reached: false, errors: [], warnings: [], samples: [] };
  // Another server is known by its answers alone; whether it lets us in is told with the source.
  if (file.source.kind === 'dci') return checked;
  let open: OpenSource | undefined;
  try {
    open = openSource(file, urls, registries);
    await clockOf(open.reader.database);
    checked.reached = true;
  } catch (error) {
    checked.errors.push({ place: ['source', 'url'], message: textOf(error) });
    await open?.reader.database.close();
    return checked;
  }
  try {
    for (const [index, mapping] of file.records.entries()) await checkEntry(open, mapping, index, checked);
    await checkWhole(open, checked);
    if (isFollowed(file) && file.capture.by === 'publication') await checkPublication(open, checked);
  } finally {
    await open.reader.database.close();
  }
  return checked;
}

/** What the file expects and asks later, what the role may do beyond reading, and indexes that would help. */
async function checkWhole(open: OpenSource, checked: CheckedSource): Promise<void> {
  try {
    checked.errors.push(...(await unmetExpectations(open)));
    if (open.file.source.mode === 'live') checked.errors.push(...(await searchFaults(open)));
    if (isFollowed(open.file)) checked.errors.push(...(await embeddingFaults(open)));
    checked.warnings.push(...(await privilegeDoubts(open)), ...(await indexWishes(open)));
  } catch (error) {
    checked.errors.push({ place: ['check'], message: textOf(error) });
  }
}

/** Where the file names another way too, what keeps this one from working is only worth knowing. */
async function checkPublication(open: OpenSource, checked: CheckedSource): Promise<void> {
  try {
    const faults = await publicationFaults(open);
    if (faults.length === 0 || open.file.capture.fallback === undefined)
      checked.errors.push(...(await leadFaults(open)));
    (open.file.capture.fallback === undefined ? checked.errors : checked.warnings).push(...faults);
    checked.warnings.push(...(await publicationDoubts(open)));
  } catch (error) {
    checked.errors.push({ place: ['capture'], message: textOf(error) });
  }
}

async function checkEntry(
  open: OpenSource,
  mapping: RecordMapping,
  index: number,
  checked: CheckedSource,
): Promise<void> {
  const place = ['records', index];
  try {
    const { rows } = await open.reader.page(mapping, undefined, ROWS);
    for (const list of tablesIn(mapping.lists)) await open.reader.probe(list);
    const keyless = await open.reader.countKeyless(mapping);
    const records = await open.mapper.map(mapping, rows);
    const doubts = [...refusalsOf(records), ...aheadOf(open, mapping, records)];
    checked.warnings.push(...doubts.map((message) => ({ place, message })));
    if (new Set(records.map(({ id }) => id)).size < records.length)
      checked.errors.push({ place: [...place, 'key'], message: 'is not unique: several rows have the same key' });
    if (keyless > 0)
      checked.warnings.push({
        place: [...place, 'key'],
        message: `has no value in ${keyless} rows: they are kept out`,
      });
    if (rows.length === 0) checked.warnings.push({ place, message: 'there are no rows' });
    checked.warnings.push(...nothingServed(records).map((message) => ({ place: [...place, 'state'], message })));
    checked.samples.push(...samplesOf(mapping, records));
    if (isFollowed(open.file) && watermarkOf(open.file) !== undefined)
      await touchedKeys(open, mapping, await clockOf(open.reader.database));
    await refreshedKeys(open, mapping, await clockOf(open.reader.database));
  } catch (error) {
    checked.errors.push({ place, message: textOf(error) });
  }
}

/** Lists that have tables of their own, of which no row may be read yet. */
const tablesIn = (lists: Record<string, List[]>): List[] =>
  Object.values(lists)
    .flat()
    .flatMap((list) => [...(list.from === undefined ? [] : [list]), ...tablesIn(list.lists)]);

function refusalsOf(records: MappedRecord[]): string[] {
  const refused = records.filter(({ state }) => state === 'REFUSED');
  const byReason = Map.groupBy(refused, ({ reason }) => reason ?? '');
  return [...byReason].map(([reason, rows]) => `${rows.length} of ${records.length} rows do not fit: ${reason}`);
}

/** Served as they are there, and wrong all the same: nobody is born tomorrow. */
function aheadOf({ mapper }: OpenSource, mapping: RecordMapping, records: MappedRecord[]): string[] {
  const { definition, recordType } = mapper.typeOf(mapping);
  const now = new Date();
  const paths = records.flatMap(({ data }) => pathAhead(definition, recordType, data, now) ?? []);
  return [...Map.groupBy(paths, (path) => path)].map(
    ([path, { length }]) => `${length} of ${records.length} rows are served with a ${path} that lies in the future`,
  );
}

/** A state that is spelt otherwise than its column has it looks like a registry of which everybody left. */
function nothingServed(records: MappedRecord[]): string[] {
  const withheld = records.filter(({ state }) => state === 'WITHHELD').length;
  return withheld === 0 || records.some(({ state }) => state === 'SERVED')
    ? []
    : [
        `none of ${records.length} rows is served: ${withheld} have a value that neither served, ended nor merged names`,
      ];
}

const samplesOf = ({ name, registry, type }: RecordMapping, records: MappedRecord[]): Sample[] =>
  records
    .filter(({ state }) => state === 'SERVED')
    .slice(0, SAMPLES)
    .map(({ data }) => ({ entry: name, registry, recordType: type, data: masked(data) }));

/** The shape of a record, nothing of the person. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return '•••';
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'identifier_type' ? inner : masked(inner)]),
  );
}

function textOf(error: unknown): string {
  if (error instanceof SourceFault) return error.message;
  throw error;
}
