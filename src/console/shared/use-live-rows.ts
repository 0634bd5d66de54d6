import { useMemo, useState } from 'react';
import type { ConnectionPage } from './use-connection.js';

const KEPT = 100;

interface Arrivals<Row> {
  key: string;
  rows: ReadonlyMap<string, Row>;
}

/**
 * A page with what has come in since: changed rows change in place, new ones stand on top. Only at the start of the list;
 * `key` names the filter, so that rows of another one are forgotten.
 */
export function useLiveRows<Row extends { id: string }>(page: ConnectionPage<Row>, key: string) {
  const [arrivals, setArrivals] = useState<Arrivals<Row>>({ key, rows: new Map() });
  const current = arrivals.key === key && page.atStart ? arrivals.rows : undefined;
  const arrived = (row: Row): void =>
    setArrivals((before) => {
      const known = before.key === key ? before.rows : new Map<string, Row>();
      return { key, rows: new Map([...known, [row.id, row] as const].slice(-KEPT)) };
    });
  const rows = useMemo(() => {
    if (current === undefined) return page.rows;
    const shown = new Set(page.rows.map(({ id }) => id));
    const fresh = [...current.values()].filter(({ id }) => !shown.has(id)).toReversed();
    return [...fresh, ...page.rows.map((row) => current.get(row.id) ?? row)].slice(0, KEPT);
  }, [page.rows, current]);
  return { live: { ...page, rows }, arrived, fresh: new Set(current?.keys()) };
}
