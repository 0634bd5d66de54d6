/** A file in pieces; one that broke off would go on behind what is there. */
import { askFiles } from '../shared/files.js';

const PIECE = 4_000_000;
const TYPE = 'application/octet-stream';

/** @param onSent told which share of it is there @throws Error where a piece is refused */
export async function sendFile(id: string, file: File, onSent: (share: number) => void): Promise<void> {
  for (let from = 0; from === 0 || from < file.size; from += PIECE) {
    onSent(from / (file.size || 1));
    await askFiles(`imports/${id}/content?from=${from}`, {
      method: 'PUT',
      type: TYPE,
      body: file.slice(from, from + PIECE),
    });
  }
  onSent(1);
}
