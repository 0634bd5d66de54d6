/** Members that an older release of the specification (protocol 1.5) or a client in the field misspells: read in both spellings, written in the right one. */
import { z } from 'zod';

/** @param names misspelt → right; where both are sent the right one counts, unless it is null */
export function withOldSpelling<Schema extends z.ZodType>(schema: Schema, names: Record<string, string>) {
  const respell = (message: unknown): unknown => {
    if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
    const sent = Object.entries(message).filter(([, value]) => value !== null);
    const righted = sent.flatMap(([name, value]) => (Object.hasOwn(names, name) ? [[names[name] ?? name, value]] : []));
    return { ...Object.fromEntries(righted), ...Object.fromEntries(sent) };
  };
  // Documented in the right spelling only.
  return z.preprocess(respell, schema).meta(z.toJSONSchema(schema, { io: 'input' }));
}
