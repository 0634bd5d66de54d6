/**
 * Bodies that are held only for somebody who is known: who sends a thousand of them, and ends none, would have the memory
 * of the process. One that is compressed, or does not say its length, may become as large as any.
 */
import type { IncomingMessage } from 'node:http';

const LARGE = 65_536;

export const isLarge = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined ||
  headers['content-encoding'] !== undefined ||
  Number(headers['content-length'] ?? 0) > LARGE;
