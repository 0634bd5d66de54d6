/** The demo registry's partner: a sandbox sender that may ask everything, so that the first `curl` works as pasted. */
import { randomBytes } from 'node:crypto';
import { hashSecret } from '../access/token.js';
import { Agreement } from '../entities/agreements/agreement.entity.js';
import { addRow, type Database } from '../entities/database/database.js';
import { Sender, SenderKey } from '../entities/senders/sender.entity.js';
import { generateKeyPair } from '../protocol/signature/keys.js';
import type { Registries } from '../protocol/registries/registries.js';
import { OPERATIONS } from '../protocol/vocabulary.js';
import { readDemoPartner, writeDemoPartner, type DemoPartner } from './demo-partner.file.js';

const SENDER_ID = 'demo-partner';

/** Made once; what it needs to call is kept in `DATA_DIR`, mode 0600. */
export async function makeDemoPartner(database: Database, registries: Registries, dataDir: string): Promise<void> {
  const { algorithm, publicJwk, fingerprint, privateKey } = await generateKeyPair('ed25519');
  const clientSecret = randomBytes(32).toString('base64url');
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const partner: DemoPartner = { senderId: SENDER_ID, clientId: SENDER_ID, clientSecret, kid: 'demo', privateKeyPem };
  await database.transaction(async ({ em }) => {
    if ((await em.count(Sender, { senderId: SENDER_ID })) > 0) return;
    const sender = addRow(em, Sender, {
      senderId: SENDER_ID,
      name: 'Demo partner',
      allowedOperations: [...OPERATIONS],
      registries: registries.all.map(({ registry }) => registry),
      callbackHosts: ['127.0.0.1', 'localhost'],
      signaturePolicy: 'OPTIONAL',
      sandbox: true,
      autoApproveSubscriptions: true,
      clientId: SENDER_ID,
      clientSecretHash: hashSecret(clientSecret),
      createdBy: 'demo',
    });
    addRow(em, SenderKey, { sender, kid: 'demo', algorithm, publicJwk: { ...publicJwk }, fingerprint });
    for (const { registry } of registries.all)
      addRow(em, Agreement, {
        sender,
        registry,
        operations: [...OPERATIONS],
        fields: ['*'],
        legalBasis: 'PUBLIC_TASK',
        createdBy: 'demo',
      });
    await em.flush();
    // Before the commit: where the sender is there, so is what it needs to call.
    await writeDemoPartner(dataDir, partner);
  });
}

/**
 * Where this database is the one that knows it: `DATA_DIR` may have served another. Its file then says where the gateway
 * is, so that `dci --demo` finds it.
 */
export async function findDemoPartner(
  { database, url }: { database: Database; url: string },
  dataDir: string,
): Promise<DemoPartner | undefined> {
  const partner = await readDemoPartner(dataDir);
  if (partner === undefined) return undefined;
  const { clientId, clientSecret } = partner;
  const known = { clientId, clientSecretHash: hashSecret(clientSecret), state: 'ACTIVE' } as const;
  if ((await database.em().count(Sender, known)) !== 1) return undefined;
  if (partner.url !== url) await writeDemoPartner(dataDir, { ...partner, url });
  return partner;
}
