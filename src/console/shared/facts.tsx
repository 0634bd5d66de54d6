import { Fragment, type ReactNode } from 'react';

/** Names and values of one thing; what is empty is shown as a dash. */
export function Facts({ items }: { items: [label: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([label, value], index) => (
        // oxlint-disable-next-line react/no-array-index-key -- two may be called the same
        <Fragment key={`${label} ${index}`}>
          <dt>{label}</dt>
          <dd>{isEmpty(value) ? '—' : value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

const isEmpty = (value: ReactNode): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);
