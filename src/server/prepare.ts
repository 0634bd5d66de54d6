/** First start, under the start lock: the first signing key, and the demo registry where it is asked for. */
import type { KeyRing } from '../access/key-ring.js';
import { hasLocalAdmin } from '../entities/admins/admin-session.repository.js';
import { continueCommitNumbers } from '../entities/audit/audit-seal.repository.js';
import type { Database } from '../entities/database/database.js';
import {
  analyzeRecords,
  beginDemo,
  countOddIdentifiers,
  endDemo,
  missingRecords,
} from '../entities/records/first-records.repository.js';
import { loadRecords, type RecordDraft } from '../entities/records/record.repository.js';
import { fillLayouts, keepLayouts, openLayouts } from '../entities/records/searched-record.repository.js';
import { ServerKey } from '../entities/senders/server-key.entity.js';
import { storeServerKey } from '../use-cases/keys/server-keys.js';
import { makeDemoPartner } from './demo-partner.js';
import { ConfigInvalid, namesAdministrator, type Config, type Secrets } from '../platform/config.js';
import type { Log } from '../platform/log.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import type { Registries } from '../protocol/registries/registries.js';
import { generateKeyPair } from '../protocol/signature/keys.js';
import type { KeyAlgorithm } from '../protocol/signature/key.policy.js';
import { wantedLayouts } from '../sources/layouts.js';
import { demoRecords } from '../sources/demo-data.js';

const DEMO_PERSONS = 1000;
const BATCH = 1000;
const FIRST_KEYS: KeyAlgorithm[] = ['ed25519', 'RSA-OAEP-256'];

export interface Preparing {
  database: Database;
  keyRing: KeyRing;
  registries: Registries;
  log: Log;
}

export async function prepareGateway({ database, keyRing, registries, log }: Preparing, config: Config): Promise<void> {
  await continueCommitNumbers(database);
  await prepareColumns(database, registries);
  warnOfOpenings(config, log);
  await warnOfOddIdentifiers(database, log);
  await makeFirstKeys(database, keyRing);
  await checkMasterKey(keyRing);
  if (config.seed !== 'demo' || !(await beginDemo(database))) return;
  log.info({ persons: DEMO_PERSONS }, 'seeding the demo registries');
  await makeDemoPartner(database, registries, config.dataDir);
  await seedRecords(database, onlyMissing(database, demoRecords(DEMO_PERSONS)));
  await endDemo(database);
}

/**
 * A gateway that nobody could administer does not start.
 *
 * @throws ConfigInvalid
 */
export async function requireAdministrator(database: Database, config: Config, secrets: Secrets): Promise<void> {
  if (namesAdministrator(config, secrets) || (await hasLocalAdmin(database))) return;
  throw new ConfigInvalid([
    'nobody could sign in: make an account with npx dci admin add NAME, or set ADMIN_TOKEN (openssl rand -base64 32) or ADMIN_OIDC_ISSUER',
  ]);
}

/** A small registry is searched by its columns at once; a large one when the background has filled them. */
async function prepareColumns(database: Database, { all }: Registries): Promise<void> {
  await keepLayouts(database, await wantedLayouts(database, all));
  await fillLayouts(database, { batch: BATCH, most: 10 * BATCH });
  await openLayouts(database);
}

/** Writes records as they come, a batch at a time; tells how many there are so far. */
export async function seedRecords(
  database: Database,
  records: Iterable<RecordDraft> | AsyncIterable<RecordDraft>,
  progress: (records: number) => void = () => {},
): Promise<number> {
  let written = 0;
  for await (const batch of batchesOf(records, BATCH)) {
    await loadRecords(database, batch);
    progress((written += batch.length));
  }
  await analyzeRecords(database);
  return written;
}

/** What an earlier run has written stays as it is, so that a run that was cut short can be run again. */
export async function* onlyMissing(
  database: Database,
  records: Iterable<RecordDraft>,
  count: () => void = () => {},
): AsyncGenerator<RecordDraft> {
  let batch: RecordDraft[] = [];
  for (const record of records) {
    count();
    if (batch.push(record) < BATCH) continue;
    yield* await missingRecords(database, batch);
    batch = [];
  }
  yield* await missingRecords(database, batch);
}

async function* batchesOf<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items)
    if (batch.push(item) === size) {
      yield batch;
      batch = [];
    }
  if (batch.length > 0) yield batch;
}

async function makeFirstKeys(database: Database, keyRing: KeyRing): Promise<void> {
  await database.transaction(async (unit) => {
    if ((await unit.em.count(ServerKey)) > 0) return;
    for (const algorithm of FIRST_KEYS) await storeServerKey(unit, keyRing, await generateKeyPair(algorithm), 'ACTIVE');
  });
}

/** A process with another key would sign nothing and open nothing; it is told at the start, not at the first request. */
async function checkMasterKey(keyRing: KeyRing): Promise<void> {
  try {
    await keyRing.signingKey();
  } catch (error) {
    // Without an active key the gateway starts, so that an administrator can make one; it is not ready until then.
    if (!(error instanceof ServiceUnavailable)) throw error;
  }
}

function warnOfOpenings({ allowHttpCallbacks, allowPrivateCallbacks }: Config, log: Log): void {
  if (allowHttpCallbacks) log.warn('ALLOW_HTTP_CALLBACKS: messages may leave unencrypted; for trying out only');
  if (allowPrivateCallbacks)
    log.warn('ALLOW_PRIVATE_CALLBACKS: partners may name addresses inside this network; for trying out only');
}

/** The migration that put identifiers right left those whose right form another record has. */
async function warnOfOddIdentifiers(database: Database, log: Log): Promise<void> {
  const identifiers = await countOddIdentifiers(database);
  if (identifiers > 0)
    log.warn(
      { identifiers },
      'identifiers are stored with blanks around them, with characters that nobody sees, or not in NFC, and are never found: docs/operations.md',
    );
}
