/** One seal: its own text, hash and signature, its place in the chain, and the entries it covers in their order. */
import { isEntryStored, readEntries, type StoredEntry } from '../../entities/audit/audit-check.repository.js';
import {
  FIRST_HASH,
  hashSeal,
  readSealedLeaves,
  sealText,
  type Leaf,
  type Seal,
} from '../../entities/audit/audit-seal.repository.js';
import type { Sql } from '../../entities/database/database.js';
import { readSigningKeys } from '../../entities/senders/server-key.repository.js';
import { merkleRoot } from '../../platform/merkle.js';
import { isSignatureAlgorithm, verifyBytes, type VerificationKey } from '../../protocol/signature/algorithm.js';
import { importPublicKey, thumbprint } from '../../protocol/signature/keys.js';
import { AuditBroken, type AuditProblemKind } from './audit-problem.js';

/** Every key that ever signed here, revoked ones too; a `kid` is the thumbprint of its key, so none passes for another. */
export async function publicKeys(sql: Sql): Promise<Map<string, VerificationKey>> {
  const keys = new Map<string, VerificationKey>();
  for (const { kid, publicJwk: jwk } of await readSigningKeys(sql)) {
    const { algorithm, keyObject, publicJwk } = importPublicKey({ jwk });
    if (isSignatureAlgorithm(algorithm) && (await thumbprint(publicJwk)) === kid)
      keys.set(kid, { kid, algorithm, keyObject });
  }
  return keys;
}

/** @throws AuditBroken */
export function checkSeal(seal: Seal, previous: Seal | undefined, keys: Map<string, VerificationKey>): void {
  const text = sealText(seal);
  const fail = failing(seal.sequence);
  if (!hashSeal(text).equals(seal.sealHash)) fail('SEAL_EDITED', `seal ${seal.sequence} was edited: its hash differs`);
  const key = keys.get(seal.kid);
  if (key === undefined) fail('SEAL_FORGED', `seal ${seal.sequence} is signed by no key of this server`);
  else if (!verifyBytes(key, Buffer.from(text), readBase64(seal.signature)))
    fail('SEAL_FORGED', `the signature of seal ${seal.sequence} is not valid`);
  if (!seal.previousHash.equals(previous?.sealHash ?? FIRST_HASH) || seal.fromXid !== (previous?.untilXid ?? '0'))
    fail('SEAL_EDITED', `seal ${seal.sequence} does not follow the seal before it`);
}

/** Decoding forgives what does not belong to it; a signature is the very text that was stored. */
function readBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.alloc(0);
}

/** The entries under a seal, each in its place. @throws AuditBroken */
export async function checkSealedEntries(sql: Sql, seal: Seal): Promise<StoredEntry[]> {
  const fail = failing(seal.sequence);
  const leaves = await readSealedLeaves(sql, seal.sequence);
  if (leaves.length !== seal.entryCount || !merkleRoot(leaves.map(({ hash }) => hash)).equals(seal.merkleRoot))
    fail('SEAL_EDITED', `the list of entries of seal ${seal.sequence} was edited`);
  const { fromXid, untilXid } = seal;
  const entries = await readEntries(sql, { fromXid, untilXid }, seal.entryCount + 1);
  const stored = new Set(entries.map(({ id }) => id));
  const listed = new Set(leaves.map(({ id }) => id));
  for (let at = 0; at < Math.max(leaves.length, entries.length); at++) {
    const [leaf, entry] = [leaves[at], entries[at]];
    if (leaf !== undefined && leaf.id === entry?.id) compare(entry, leaf, fail);
    else if (leaf !== undefined && !stored.has(leaf.id) && !(await isEntryStored(sql, leaf.id)))
      fail('ENTRY_REMOVED', `entry ${leaf.id} was removed`, { id: leaf.id });
    else if (entry !== undefined && !listed.has(entry.id))
      fail('ENTRY_ADDED', `entry ${entry.id} was added after sealing`, entry);
    else fail('ENTRY_REORDERED', `entry ${leaf?.id ?? entry?.id} is not in its place`, leaf ?? entry);
  }
  return entries;
}

type Fail = (kind: AuditProblemKind, message: string, entry?: { id: string; subject?: string }) => never;

function compare(entry: StoredEntry, leaf: Leaf, fail: Fail): void {
  if (!entry.entryHash.equals(leaf.hash)) fail('ENTRY_EDITED', `entry ${entry.id} was edited`, entry);
}

function failing(sequence: number): Fail {
  return (kind, message, entry) => {
    throw new AuditBroken({ kind, message, seal: sequence, entryId: entry?.id, subject: entry?.subject });
  };
}
