/** What the demo partner needs to call, kept in `DATA_DIR`: the gateway writes it, `dci --demo` reads it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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

export const writeDemoPartner = (dataDir: string, partner: DemoPartner): Promise<void> =>
  writeFile(fileIn(dataDir), `${JSON.stringify(partner, null, 2)}\n`, { mode: 0o600 });
