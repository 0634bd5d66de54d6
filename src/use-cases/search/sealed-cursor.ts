/**
 * Where a page ended, as a partner holds it. It is made of a record's id, which tells when the record came and is the same
 * for every partner, whatever their agreements cover: so it is sealed for the one that was told it.
 */
import { parse, stringify } from 'uuid';
import { SealBroken } from '../../platform/sealed-box.js';
import { paginationInvalid } from '../../protocol/query/parse-page.js';
import type { Services } from '../services.js';

type Sealing = Pick<Services, 'vault' | 'clock'>;

const placeOf = (senderId: string): string => `cursor:${senderId}`;
/** The id of the key stands before what it sealed. */
const ID_BYTES = 16;

export async function sealCursor({ vault, clock }: Sealing, senderId: string, cursor: string): Promise<string> {
  const { dataKeyId, sealed } = await vault.seal(senderId, clock(), placeOf(senderId), cursor);
  return Buffer.concat([parse(dataKeyId), sealed]).toString('base64url');
}

/** @throws ItemRejected `rjct.pagination.invalid` for what this sender was not told, or not so */
export async function openCursor({ vault }: Sealing, senderId: string, text: string): Promise<string> {
  const cursor = await opened(vault, Buffer.from(text, 'base64url'), placeOf(senderId));
  if (typeof cursor === 'string') return cursor;
  throw paginationInvalid('cursor is the next_cursor of an earlier reply to this sender, unchanged');
}

async function opened(vault: Sealing['vault'], box: Buffer, place: string): Promise<unknown> {
  const id = box.subarray(0, ID_BYTES);
  if (id.length < ID_BYTES) return undefined;
  try {
    return await vault.open(stringify(id), box.subarray(ID_BYTES), place);
  } catch (error) {
    // No UUID, or none of our boxes.
    if (error instanceof SealBroken || error instanceof TypeError) return undefined;
    throw error;
  }
}
