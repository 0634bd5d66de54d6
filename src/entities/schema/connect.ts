/** The database with all that it holds: its entities and its migrations. */
import { Database, type ConnectOptions } from '../database/database.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { ENTITIES } from './entities.js';

export const connectDatabase = (url: string, options?: ConnectOptions): Promise<Database> =>
  Database.connect(url, { entities: ENTITIES, migrations: MIGRATIONS }, options);
