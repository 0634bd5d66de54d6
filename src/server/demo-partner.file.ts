/** What the demo partner needs to call, kept in `DATA_DIR`: the gateway writes it, `dci --demo` reads it. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../platform/folder.js';

export interface DemoPartner {
  senderId: string;
  clientId: string;
  clientSecret: string;
  kid: string;
  privateKeyPem: string;
  /** Where the gateway was at its last start. */
  url?: string;
}

const fileIn = (dataDir: string): string => join(dataDir, 'demo-partner.json');

/** Undefined where no demo registry was made here. */
export async function readDemoPartner(dataDir: string): Promise<DemoPartner | undefined> {
  return readFile(fileIn(dataDir), 'utf8').then(
    (text) => JSON.parse(text) as DemoPartner,
    () => undefined,
  );
}

export async function writeDemoPartner(dataDir: string, partner: DemoPartner): Promise<void> {
  const file = fileIn(dataDir);
  // Beside a database of our own it is there; with one of a server it need not be.
  await makeFolder(dirname(file), 0o700);
  await writeFile(file, `${JSON.stringify(partner, null, 2)}\n`, { mode: 0o600 });
}
