/** Live sources of this process, as they were applied: databases, and other DCI servers. */
import type { Sql } from '../../entities/database/database.js';
import type { StoredSource } from '../../entities/sources/source.repository.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { LiveSourceOf } from '../source-router.js';
import { LiveSource } from './live-source.js';
import type { SourceConnections, SourceUrls } from './source-connections.js';
import { SourceFault } from './source-fault.js';
import { readSourceFile } from './source-file.js';
import type { SourceFile } from './source-file.schema.js';
import { UpstreamSource, type Upstream } from './upstream-source.js';

export interface LiveServices {
  sql: Sql;
  registries: Registries;
  connections: SourceConnections;
  urls: SourceUrls;
  /** Of an address with the name and the secret that let us in there. */
  upstreamAt: (address: string) => Upstream;
  clock: () => Date;
}

export class LiveSources {
  readonly #upstreams = new Map<string, { appliedAt: string; source: UpstreamSource }>();

  constructor(private readonly services: LiveServices) {}

  /** @throws SourceFault */
  async of(keeper: StoredSource): Promise<LiveSourceOf> {
    if (keeper.kind === 'dci') {
      const source = this.upstream(keeper);
      return { source, most: source.file.source.scan_limit };
    }
    const open = await this.services.connections.get(keeper);
    return { source: new LiveSource(open), most: open.file.source.scan_limit };
  }

  close(): Promise<void> {
    return this.services.connections.close();
  }

  /** Another DCI server. @throws SourceFault */
  upstream({ name, yaml, appliedAt }: StoredSource): UpstreamSource {
    const known = this.#upstreams.get(name);
    if (known?.appliedAt === appliedAt) return known.source;
    const { file } = readSourceFile(yaml, this.services.registries);
    if (file === undefined) throw new SourceFault('its file is not valid any more');
    const source = this.upstreamOf(file);
    this.#upstreams.set(name, { appliedAt, source });
    return source;
  }

  /** @throws SourceFault */
  upstreamOf(file: SourceFile): UpstreamSource {
    const { registries, urls, upstreamAt, clock } = this.services;
    const address = Object.hasOwn(urls, file.source.url) ? urls[file.source.url] : undefined;
    if (address === undefined || !/^https?:/.test(address))
      throw new SourceFault(`the environment of this gateway has no ${file.source.url} with an https:// address`);
    return new UpstreamSource(file, registries, upstreamAt(address), clock);
  }
}
