/** Statements that come again are planned once a connection: planning a view of the operator's may cost more than reading it. */
import type { PoolClient } from 'pg';
import { codeOf } from './source-fault.js';

/** With more values it is a batch, of which hardly two are alike. */
const MOST_VALUES = 4;
const MOST_STATEMENTS = 200;
/** A view that was made anew gives other columns; between us and the server somebody changes connections. */
const STALE = new Set(['0A000', '26000', '42P05']);

type Query = (statement: unknown, values?: unknown[]) => Promise<unknown>;

/** For the connections of one source. */
export function prepareStatements(): (client: PoolClient) => void {
  const names = new Map<string, string>();
  let made = 0;
  function nameOf(text: unknown, values: unknown[] | undefined): string | undefined {
    if (typeof text !== 'string' || values === undefined || values.length > MOST_VALUES) return undefined;
    if (!names.has(text) && names.size < MOST_STATEMENTS) names.set(text, `dci_${(made += 1)}`);
    return names.get(text);
  }
  return (client) => {
    const asIs = client.query.bind(client) as Query;
    const query: Query = async (text, values) => {
      const name = nameOf(text, values);
      if (name === undefined) return asIs(text, values);
      try {
        return await asIs({ name, text, values });
      } catch (error) {
        if (!STALE.has(codeOf(error) ?? '')) throw error;
        names.delete(String(text));
        return asIs(text, values);
      }
    };
    Object.assign(client, { query });
  };
}
