import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { FieldName, Filter, FilterSpec, FilterValues } from './filters.js';
import { PLACE } from './use-connection.js';

export interface Filters<Spec extends FilterSpec> {
  spec: Spec;
  /** Only what is given and makes sense; the same object as long as nothing changes. */
  filter: FilterValues<Spec>;
  set: (name: FieldName, value: string | null) => void;
  /** All of them at once; what else stands in the address stays. */
  clear: () => void;
}

/** Filters live in the address: a filtered list can be bookmarked, shared, and reached by the back button. */
export function useFilters<Spec extends FilterSpec>(spec: Spec): Filters<Spec> {
  const [search, setSearch] = useSearchParams();
  const given = Object.entries(spec).flatMap(([name, filter]) => {
    const value = search.get(name);
    return value !== null && isValid(filter, value) ? [[name, value]] : [];
  });
  const key = JSON.stringify(given);
  // Each value was held against its filter above.
  const filter = useMemo(() => Object.fromEntries(JSON.parse(key) as [string, string][]) as FilterValues<Spec>, [key]);
  const set = (name: FieldName, value: string | null): void =>
    setSearch(
      (current) => {
        for (const part of PLACE) current.delete(part);
        if (value === null || value === '') current.delete(name);
        else current.set(name, value);
        return current;
      },
      { replace: true },
    );
  const clear = (): void =>
    setSearch(
      (current) => {
        for (const name of [...PLACE, ...Object.keys(spec)]) current.delete(name);
        return current;
      },
      { replace: true },
    );
  return { spec, filter, set, clear };
}

function isValid(filter: Filter, value: string): boolean {
  if (filter.kind === 'choice') return filter.values.includes(value);
  return filter.kind === 'time' ? !Number.isNaN(Date.parse(value)) : value !== '';
}
