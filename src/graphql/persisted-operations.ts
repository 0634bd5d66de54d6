/**
 * Only operations that the operator knows: a JSON file with an array of texts, or with an object of SHA-256 (hex) → text.
 * A client sends the text, or its hash as `extensions.persistedQuery.sha256Hash`.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { forbidden } from '../use-cases/errors.js';

const file = z.union([z.array(z.string()), z.record(z.string(), z.string())]);

export interface AskedOperation {
  query?: unknown;
  extensions?: unknown;
}

async function jsonOf(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`PERSISTED_OPERATIONS: the file cannot be read as JSON: ${String(error)}`, { cause: error });
  }
}

export class PersistedOperations {
  readonly #texts: Map<string, string>;

  constructor(texts: readonly string[]) {
    this.#texts = new Map(texts.map((text) => [sha256(text), text]));
  }

  /** @throws when the file cannot be read, is no such list, or names a text by another hash than its own */
  static async load(path: string | undefined): Promise<PersistedOperations | undefined> {
    if (path === undefined) return undefined;
    const content = file.safeParse(await jsonOf(path));
    if (!content.success) throw new Error('PERSISTED_OPERATIONS: the file must hold an array of texts, or hash → text');
    const { data } = content;
    if (!Array.isArray(data))
      for (const [hash, operation] of Object.entries(data))
        if (hash !== sha256(operation)) throw new Error(`PERSISTED_OPERATIONS: ${hash} is not the SHA-256 of its text`);
    return new PersistedOperations(Array.isArray(data) ? data : Object.values(data));
  }

  /** The text to run. @throws DomainError for any other operation */
  textOf({ query, extensions }: AskedOperation): string {
    const text = this.#texts.get(typeof query === 'string' && query !== '' ? sha256(query) : hashIn(extensions));
    if (text === undefined)
      throw forbidden('this server answers listed operations only; ask its operator to list yours');
    return text;
  }
}

const persisted = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });
const hashIn = (extensions: unknown): string => persisted.safeParse(extensions).data?.persistedQuery.sha256Hash ?? '';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
