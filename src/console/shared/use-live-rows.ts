import { useState } from 'react';
import type { ConnectionPage } from './use-connection.js';

const KEPT = 100;

interface Arrivals<Row> {
  key: string;
  rows: ReadonlyMap<string, Row>;
}

/**
 * A page with what has come in since: changed rows change in place, new ones stand on top. Only at the start of the list;
 * `key` names the filter, so that rows of another one are forgotten. A listed row that the filter leaves out by now says
 * so in its place.
 * @param fits whether the filter lets it through as it is now
 */
export function useLiveRows<Row extends { id: string }>(
  page: ConnectionPage<Row>,
  key: string,
  fits: (row: Row) => boolean,
) {
  const [arrivals, setArrivals] = useState<Arrivals<Row>>({ key, rows: new Map() });
  const current = arrivals.key === key && page.atStart ? arrivals.rows : undefined;
  const arrived = (row: Row): void =>
    setArrivals((before) => {
      const known = before.key === key ? before.rows : new Map<string, Row>();
      const isListed = page.fetching || known.has(row.id) || page.rows.some(({ id }) => id === row.id);
      if (!isListed && !fits(row)) return before;
      return { key, rows: new Map([...known, [row.id, row] as const].slice(-KEPT)) };
    });
  const listed = new Set(page.rows.map(({ id }) => id));
  const added = [...(current?.values() ?? [])].filter((row) => !listed.has(row.id) && fits(row)).toReversed();
  const rows = [...added, ...page.rows.map((row) => current?.get(row.id) ?? row)].slice(0, KEPT);
  return { live: { ...page, rows }, arrived, fresh: new Set(current?.keys()) };
}
