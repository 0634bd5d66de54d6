/** Registries that others keep, as administrators connect them: applied whole or not at all, and every step audited. */
import type { Admin } from '../../access/principal.js';
import type { Sql, Unit } from '../../entities/database/database.js';
import {
  dropCopies,
  insertSource,
  lockSource,
  readSources,
  removeSource as dropSource,
  replaceTypes,
  saveSource,
  servedTypes,
  type RoutedType,
  type ServedType,
  type StoredSource,
} from '../../entities/sources/source.repository.js';
import { countRows, type RowCount } from '../../entities/sources/source-row.repository.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { forgetPassedThere } from '../../sources/given-consents.js';
import { checkSource } from '../../sources/outside/check-source.js';
import type { LiveSources } from '../../sources/outside/live-sources.js';
import { SourceFault } from '../../sources/outside/source-fault.js';
import { readSourceFile, type FileProblem } from '../../sources/outside/source-file.js';
import { isFollowed, type SourceFile } from '../../sources/outside/source-file.schema.js';
import { lagSeconds } from './freshness.js';
import { releaseSlot, releaseSubscriptions } from './release-slot.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, invalid, notFound } from '../errors.js';
import type { Services } from '../services.js';
import type { SourceCounts, SourceView } from './source.types.js';

type Listing = Pick<Services, 'database' | 'clock' | 'live'>;

export async function listSources({ database, clock, live }: Listing): Promise<SourceView[]> {
  const [sources, types] = await Promise.all([readSources(database), servedTypes(database)]);
  let counted: Promise<RowCount[]> | undefined;
  const countsOf = async ({ name }: StoredSource): Promise<SourceCounts> =>
    countsIn((await (counted ??= countRows(database))).filter(({ source }) => source === name));
  const now = await Promise.all(sources.map((source) => asItIs(live, source)));
  return now.map((source) =>
    viewOf(
      source,
      types.filter((type) => type.source === source.name),
      () => countsOf(source),
      clock(),
    ),
  );
}

/** A live source is asked how it is: nothing else tells. */
async function asItIs(live: LiveSources, source: StoredSource): Promise<StoredSource> {
  if (source.mode !== 'LIVE' || source.state === 'PAUSED') return source;
  const problem = await live.of(source).then(
    async (one) => (await one.source.health()).problem,
    (error: unknown) => {
      if (error instanceof SourceFault) return error.message;
      throw error;
    },
  );
  return problem === undefined ? source : { ...source, state: 'FAILED', lastError: problem };
}

/** Checked first, against the dictionary and, where it can be reached, against the source itself. */
export async function applySource(services: Services, admin: Admin, yaml: string): Promise<SourceView> {
  const { file, errors } = readSourceFile(yaml, services.registries);
  if (file === undefined) throw invalid('yaml', problemsText(errors));
  if (!Object.hasOwn(services.sourceUrls, file.source.url))
    throw invalid(
      'yaml',
      `set ${file.source.url} in the environment of the gateway to the address of the database or server`,
    );
  const checked = await checkSource(file, services.sourceUrls, services.registries);
  if (checked.reached && checked.errors.length > 0)
    throw invalid('yaml', checked.errors.map(({ place, message }) => `${place.join('.')}: ${message}`).join('; '));
  const { name, kind } = file.source;
  const types = typesOf(file, services.registries);
  let before: StoredSource | undefined;
  const applied = await change(services, admin, 'applySource', name, async (unit) => {
    await assertFree(unit, name, types);
    const mode = file.source.mode === 'live' ? ('LIVE' as const) : ('MIRROR' as const);
    before = await lockSource(unit, name);
    const now = services.clock();
    if (before === undefined)
      await insertSource(unit, { id: uuidv7(), name, yaml, kind, mode, state: stateOf(mode) }, now);
    else {
      // Of a live source no copy is kept, and of a mirror nothing else.
      if (mode !== before.mode) await dropCopies(unit, name, now);
      const loaded = mode === before.mode ? {} : { loadedAt: null };
      const renewed = {
        yaml,
        kind,
        mode,
        appliedAt: now,
        lastError: null,
        ...ANEW,
        ...loaded,
        state: stateOf(mode),
        dueAt: now,
      };
      await saveSource(unit, name, renewed);
    }
    await replaceTypes(unit, name, types);
    await forgetPassedThere(unit);
    return { kind, mode, types };
  });
  await releaseSlot(services, before, file);
  return applied;
}

export const pauseSource = (services: Services, admin: Admin, name: string): Promise<SourceView> =>
  change(services, admin, 'pauseSource', name, async (unit) => {
    const { state } = await locked(unit, name);
    if (state === 'PAUSED') throw conflict('name', 'the source is paused already');
    await saveSource(unit, name, { state: 'PAUSED' });
    return {};
  });

export const resumeSource = (services: Services, admin: Admin, name: string): Promise<SourceView> =>
  change(services, admin, 'resumeSource', name, async (unit) => {
    const { state, loadedAt, mode } = await locked(unit, name);
    if (state !== 'PAUSED') throw conflict('name', `the source is ${state}, not paused`);
    const resumed = mode === 'LIVE' || loadedAt !== null ? 'RUNNING' : 'LOADING';
    await saveSource(unit, name, { state: resumed, dueAt: services.clock() });
    return {};
  });

/** Reads everything again, and takes for true what is gone there, however much. */
export const resyncSource = (services: Services, admin: Admin, name: string): Promise<SourceView> =>
  change(services, admin, 'resyncSource', name, async (unit) => {
    const { mode, yaml } = await locked(unit, name);
    const { file } = readSourceFile(yaml, services.registries);
    if (file === undefined || !isFollowed(file))
      throw conflict('name', 'nothing of this source is kept that could be read again: its changes are not followed');
    const now = services.clock();
    // Whoever reads it now begins anew.
    await saveSource(unit, name, { ...ANEW, state: stateOf(mode), acceptEnded: true, dueAt: now, appliedAt: now });
    return {};
  });

export async function removeSource(services: Services, admin: Admin, name: string): Promise<SourceView> {
  const view = await viewNamed(services, name);
  await view.counts();
  await releaseSubscriptions(services, name);
  let before: StoredSource | undefined;
  await change(
    services,
    admin,
    'removeSource',
    name,
    async (unit) => {
      before = await locked(unit, name);
      await dropSource(unit, name, services.clock());
      await forgetPassedThere(unit);
      return {};
    },
    view,
  );
  await releaseSlot(services, before);
  return view;
}

/** The next sweep begins from the start. */
const ANEW = { position: null, sweptAt: null } as const;

const stateOf = (mode: StoredSource['mode']) => (mode === 'LIVE' ? 'RUNNING' : 'LOADING');

/** What may drop the copies of a mirror, of which there are as many as the source has records. */
const DROPPING = new Set(['applySource', 'removeSource']);

async function change(
  services: Services,
  admin: Admin,
  action: string,
  name: string,
  work: (unit: Unit) => Promise<Record<string, unknown>>,
  view?: SourceView,
): Promise<SourceView> {
  const database = DROPPING.has(action) ? services.database.patient() : services.database;
  await changeAsAdmin({ ...services, database }, admin, async (unit) => {
    const after = await work(unit);
    return { result: undefined, change: { action, targetType: 'Source', targetId: name, after } };
  });
  services.sourceRoutes.forget();
  services.wake('mirror-sources');
  return view ?? viewNamed(services, name);
}

async function viewNamed(services: Services, name: string): Promise<SourceView> {
  const found = (await listSources(services)).find((one) => one.name === name);
  if (found === undefined) throw notFound('name', 'no such source');
  return found;
}

async function locked(unit: Unit, name: string): Promise<StoredSource> {
  const source = await lockSource(unit, name);
  if (source === undefined) throw notFound('name', 'no such source');
  return source;
}

async function assertFree(unit: Sql, name: string, types: ServedType[]): Promise<void> {
  const taken = (await servedTypes(unit)).find(
    (one) =>
      one.source !== name &&
      types.some(({ registry, recordType }) => registry === one.registry && recordType === one.recordType),
  );
  if (taken !== undefined)
    throw conflict('yaml', `${taken.registry} ${taken.recordType} is served by the source ${taken.source} already`);
}

function typesOf({ records }: SourceFile, registries: Registries): ServedType[] {
  return records.map(({ registry, type }) => ({
    registry: registries.byName(registry)?.registry ?? registry,
    recordType: type,
  }));
}

export const problemsText = (problems: FileProblem[]): string =>
  problems.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join('; ');

function viewOf(source: StoredSource, types: RoutedType[], counts: SourceView['counts'], now: Date): SourceView {
  const { name, kind, mode, state, lastError, lastChangeAt, position, capture } = source;
  return {
    name,
    kind,
    mode,
    state,
    registries: [...new Set(types.map(({ registry }) => registry))].toSorted(),
    lagSeconds: lagSeconds(source, now),
    counts,
    lastError,
    followedBy: capture.by ?? null,
    notice: capture.notice ?? capture.alarm ?? null,
    walBytes: capture.walBytes ?? null,
    lastChangeAt: lastChangeAt === null ? null : new Date(lastChangeAt),
    progress: position?.total === undefined ? null : Math.min(1, position.done / Math.max(1, position.total)),
  };
}

function countsIn(counts: RowCount[]): SourceCounts {
  const total = (...states: string[]): number =>
    counts.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
  return {
    served: total('SERVED'),
    withheld: total('WITHHELD', 'ENDED', 'MERGED'),
    refused: total('REFUSED'),
    refusals: counts
      .filter(({ state }) => state === 'REFUSED')
      .map(({ entry, path, reason, count }) => ({ entry, path: path ?? '', reason: reason ?? '', count })),
  };
}
