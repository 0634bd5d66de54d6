/** A file in pieces beside GraphQL, with the same token; one that broke off would go on behind what is there. */
import { authorization } from '../session/session.js';

const PIECE = 4_000_000;

/** @throws Error where a piece is refused */
export async function sendFile(id: string, file: File): Promise<void> {
  for (let from = 0; from === 0 || from < file.size; from += PIECE) {
    const address = `/files/imports/${id}/content?from=${from}`;
    const answer = await fetch(address, {
      method: 'PUT',
      headers: { ...authorization(), 'content-type': 'application/octet-stream' },
      body: file.slice(from, from + PIECE),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}
