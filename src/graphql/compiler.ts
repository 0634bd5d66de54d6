/** Documents that come again, as functions: graphql-js reads a document and its variables anew each time. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';

type Run = CompiledQuery['query'];

/** Compiling takes as long as some executions. */
const OFTEN = 3;
const MOST = 200;

/** @param isPlain whether a document may be compiled. @returns its function, from the third time on */
export function compiler(
  schema: GraphQLSchema,
  isPlain: (document: DocumentNode) => boolean,
): (document: DocumentNode) => Run | undefined {
  const asked = new WeakMap<DocumentNode, number>();
  const runs = new Map<DocumentNode, Run | undefined>();
  return (document) => {
    if (runs.has(document)) return runs.get(document);
    const times = (asked.get(document) ?? 0) + 1;
    asked.set(document, times);
    if (times < OFTEN) return undefined;
    if (runs.size === MOST) runs.clear();
    const compiled = isPlain(document) ? compileQuery(schema, document) : undefined;
    const run = compiled !== undefined && isCompiledQuery(compiled) ? compiled.query : undefined;
    runs.set(document, run);
    return run;
  };
}
