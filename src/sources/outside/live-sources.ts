/** Live sources of this process, as they were applied. */
import type { Sql } from '../../entities/database/database.js';
import type { StoredSource } from '../../entities/sources/source.repository.js';
import type { LiveSourceOf } from '../source-router.js';
import { LiveSource } from './live-source.js';
import type { SourceConnections } from './source-connections.js';

/** @throws SourceFault */
export const liveSources =
  (connections: SourceConnections, sql: Sql) =>
  async (keeper: StoredSource): Promise<LiveSourceOf> => {
    const open = await connections.get(keeper);
    return { source: new LiveSource(open, sql), most: open.file.source.scan_limit };
  };
