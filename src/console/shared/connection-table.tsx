import { Button, Checkbox, Group, Paper, Skeleton, Table } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Empty } from './empty.js';
import { ErrorNotice } from './error-notice.js';
import type { ConnectionPage } from './use-connection.js';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
}

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

interface ConnectionTableProps<Row extends { id: string }> {
  /** What the table holds, for screen readers. */
  label: string;
  page: ConnectionPage<Row>;
  /** The first column names the row and carries its link. */
  columns: Column<Row>[];
  linkTo?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  selection?: Selection;
  /** Rows that have just come in. */
  fresh?: ReadonlySet<string>;
  empty: { title: string; hint?: string; action?: ReactNode };
}

/** Any list of the API: its rows, its pages, and what is shown while there are none. */
export function ConnectionTable<Row extends { id: string }>(props: ConnectionTableProps<Row>) {
  const { label, page, columns, selection, empty } = props;
  const { t } = useTranslation();
  if (page.error !== undefined) return <ErrorNotice error={page.error} onRetry={page.reload} />;
  const waiting = page.fetching && page.rows.length === 0;
  return (
    <Paper p={0}>
      <Table.ScrollContainer
        minWidth={560}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': label, role: 'region' } }}
      >
        <Table aria-label={label} aria-busy={page.fetching}>
          <Table.Thead>
            <Table.Tr>
              {selection !== undefined && <SelectAll rows={page.rows} selection={selection} />}
              {columns.map(({ header, align }) => (
                <Table.Th key={header} ta={align} scope="col">
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {waiting
              ? Array.from({ length: 5 }, (_, index) => (
                  <WaitingRow key={index} width={columns.length + (selection ? 1 : 0)} />
                ))
              : page.rows.map((row) => <Row key={row.id} row={row} {...props} />)}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {!waiting && page.rows.length === 0 && <Empty {...empty} />}
      <Group justify="space-between" px="sm" py="xs" className="table-foot">
        <span role="status" className="dimmed">
          {t('table.rows', { count: page.rows.length })}
        </span>
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconChevronLeft size={14} aria-hidden />}
            disabled={page.previous === undefined}
            onClick={page.previous}
          >
            {t('table.previous')}
          </Button>
          <Button
            variant="default"
            rightSection={<IconChevronRight size={14} aria-hidden />}
            disabled={page.next === undefined}
            onClick={page.next}
          >
            {t('table.next')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}

function WaitingRow({ width }: { width: number }) {
  return (
    <Table.Tr>
      {Array.from({ length: width }, (_, index) => (
        <Table.Td key={index}>
          <Skeleton height={14} my={3} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function Row<Row extends { id: string }>({ row, columns, ...props }: ConnectionTableProps<Row> & { row: Row }) {
  const { linkTo, onOpen, selection, fresh } = props;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const target = linkTo?.(row);
  const open = target === undefined ? onOpen && (() => onOpen(row)) : () => void navigate(target);
  return (
    <Table.Tr className={`${open ? 'clickable' : ''} ${fresh?.has(row.id) ? 'fresh' : ''}`} onClick={open}>
      {selection !== undefined && (
        <Table.Td onClick={(event) => event.stopPropagation()}>
          <Checkbox
            size="xs"
            aria-label={t('table.select')}
            checked={selection.ids.has(row.id)}
            onChange={() => selection.onChange(toggled(selection.ids, row.id))}
          />
        </Table.Td>
      )}
      {columns.map(({ header, cell, align }, index) => (
        <Table.Td key={header} ta={align} className={align === 'right' ? 'number' : undefined}>
          {index === 0 && open ? <NameCell target={target} open={open} content={cell(row)} /> : cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

/** The keyboard's way into a row; the rest of the row is for the mouse. */
function NameCell({ target, open, content }: { target: string | undefined; open: () => void; content: ReactNode }) {
  if (target !== undefined)
    return (
      <Link to={target} className="row-link" onClick={(event) => event.stopPropagation()}>
        {content}
      </Link>
    );
  return (
    <button
      type="button"
      className="row-link row-button"
      onClick={(event) => {
        event.stopPropagation();
        open();
      }}
    >
      {content}
    </button>
  );
}

function SelectAll({ rows, selection }: { rows: { id: string }[]; selection: Selection }) {
  const { t } = useTranslation();
  const all = rows.length > 0 && rows.every(({ id }) => selection.ids.has(id));
  return (
    <Table.Th w={36} scope="col">
      <Checkbox
        size="xs"
        aria-label={t('table.selectAll')}
        checked={all}
        onChange={() => selection.onChange(all ? new Set() : new Set(rows.map(({ id }) => id)))}
      />
    </Table.Th>
  );
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
