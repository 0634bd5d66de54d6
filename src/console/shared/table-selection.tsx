/** The column of a table in which rows are chosen. */
import { Checkbox, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

export function SelectAll({ ids, selection }: { ids: string[]; selection: Selection }) {
  const { t } = useTranslation();
  const page = new Set(ids);
  const all = ids.length > 0 && page.isSubsetOf(selection.ids);
  return (
    <Table.Th w={36} scope="col" role="columnheader" className="card-choice">
      <Checkbox
        size="xs"
        aria-label={t('table.selectAll')}
        checked={all}
        // Those of other pages stay chosen.
        onChange={() => selection.onChange(all ? selection.ids.difference(page) : selection.ids.union(page))}
      />
    </Table.Th>
  );
}

export function SelectOne({ id, label, selection }: { id: string; label: string; selection: Selection }) {
  return (
    <Table.Td role="cell" className="card-choice" onClick={(event) => event.stopPropagation()}>
      <Checkbox
        size="xs"
        aria-label={label}
        checked={selection.ids.has(id)}
        onChange={() => selection.onChange(toggled(selection.ids, id))}
      />
    </Table.Td>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
