/** Our id of a record that a source keeps: the same after every new load, and nothing of the source's key can be read from it. */
import { parse, v5 } from 'uuid';

/** RFC 9562 6.5: a namespace of our own. */
const NAMESPACE = parse('6f0a2e0c-7d0e-5f0f-9d0a-3b6f3c0b9a41');

export const sourceRecordId = (source: string, entry: string, key: string[]): string =>
  v5(Buffer.from(JSON.stringify([source, entry, ...key])), NAMESPACE);
