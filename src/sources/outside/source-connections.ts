/** Open sources of this process: one set of connections each, closed when its file changed or nobody asked for a while. */
import type { Registries } from '../../protocol/registries/registries.js';
import { RecordMapper } from './map-records.js';
import { openSourceDatabase } from './source-database.js';
import { SourceFault } from './source-fault.js';
import { ReadTogether } from './read-together.js';
import { readSourceFile } from './source-file.js';
import type { SourceFile } from './source-file.schema.js';
import { SourceReader } from './source-reader.js';

export interface OpenSource {
  file: SourceFile;
  reader: SourceReader;
  mapper: RecordMapper;
  together: ReadTogether;
  /** Of its database, with its password. */
  url: string;
}

export interface AppliedSource {
  name: string;
  yaml: string;
  appliedAt: string;
}

/** Addresses of sources by the names of their environment variables. */
export type SourceUrls = Record<string, string>;

interface Entry {
  appliedAt: string;
  open: OpenSource;
}

export class SourceConnections {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly urls: SourceUrls,
    private readonly registries: Registries,
    /** Times its `statement_timeout` that a statement may take: pages of a mirror take longer than a question. */
    private readonly patience: number,
  ) {}

  /** @throws SourceFault where the file cannot be read any more, or the environment does not name it */
  async get(source: AppliedSource): Promise<OpenSource> {
    const known = this.#entries.get(source.name);
    if (known?.appliedAt === source.appliedAt) return known.open;
    const forgotten = this.forget(source.name);
    const { file, errors } = readSourceFile(source.yaml, this.registries);
    if (file === undefined)
      throw new SourceFault(`its file is not valid any more: line ${errors[0]?.line}: ${errors[0]?.message}`);
    const open = openSource(file, this.urls, this.registries, this.patience);
    // Nothing is awaited before: of two that ask at once, the second finds what the first opened.
    this.#entries.set(source.name, { appliedAt: source.appliedAt, open });
    await forgotten;
    return open;
  }

  async forget(name: string): Promise<void> {
    const known = this.#entries.get(name);
    this.#entries.delete(name);
    await known?.open.reader.database.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((name) => this.forget(name)));
  }
}

/** @throws SourceFault */
export function openSource(file: SourceFile, urls: SourceUrls, registries: Registries, patience = 1): OpenSource {
  const url = addressOf(file, urls);
  const reader = new SourceReader(openSourceDatabase(file.source, url, patience));
  const mapper = new RecordMapper(file, registries, reader);
  return { file, reader, mapper, together: new ReadTogether(reader, mapper), url };
}

function addressOf({ source }: SourceFile, urls: SourceUrls): string {
  const variable = source.mode === 'mirror' ? (source.read_from ?? source.url) : source.url;
  const url = Object.hasOwn(urls, variable) ? urls[variable] : undefined;
  if (url === undefined)
    throw new SourceFault(
      `the environment of this gateway has no ${variable} with a postgres://, mysql:// or mariadb:// address`,
    );
  return url;
}
