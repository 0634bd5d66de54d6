import { Skeleton, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { SelectAll, SelectOne, type Selection } from './table-selection.js';
import './data-table.css';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
}

export interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  label: string;
  rows: Row[];
  idOf: (row: Row) => string;
  /** The first column names the row and carries its link; on a narrow screen it is the title of the row's card. */
  columns: Column<Row>[];
  busy?: boolean;
  linkTo?: ((row: Row) => string) | undefined;
  onOpen?: ((row: Row) => void) | undefined;
  selection?: Selection | undefined;
  /** Rows that have just come in. */
  fresh?: ReadonlySet<string> | undefined;
}

/**
 * Rows and columns; where there is no room for columns, one card a row with the headers as labels (`data-table.css`).
 * The roles are said because not every browser keeps them for a table that is laid out as blocks.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, idOf, columns, selection, busy = false } = props;
  const waiting = busy && rows.length === 0;
  return (
    <Table.ScrollContainer
      minWidth={560}
      className="table-scroll"
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': label, role: 'region' } }}
    >
      <Table aria-label={label} aria-busy={busy} role="table" className="cards">
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {selection !== undefined && <SelectAll ids={rows.map(idOf)} selection={selection} />}
            {columns.map(({ header, align }) => (
              <Table.Th key={header} ta={align} scope="col" role="columnheader">
                {header}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {waiting
            ? Array.from({ length: 5 }, (_, index) => (
                <WaitingRow key={index} width={columns.length + (selection ? 1 : 0)} />
              ))
            : rows.map((row) => <Row key={idOf(row)} row={row} {...props} />)}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function WaitingRow({ width }: { width: number }) {
  return (
    <Table.Tr role="row">
      {Array.from({ length: width }, (_, index) => (
        <Table.Td key={index} role="cell">
          <Skeleton height={14} my={3} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function Row<Row>({ row, idOf, columns, linkTo, onOpen, selection, fresh }: DataTableProps<Row> & { row: Row }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const target = linkTo?.(row);
  const open = target === undefined ? onOpen && (() => onOpen(row)) : () => void navigate(target);
  return (
    <Table.Tr
      role="row"
      className={`${open ? 'clickable' : ''} ${fresh?.has(idOf(row)) ? 'fresh' : ''}`}
      onClick={open}
    >
      {selection !== undefined && <SelectOne id={idOf(row)} label={t('table.select')} selection={selection} />}
      {columns.map(({ header, cell, align }, index) => (
        <Table.Td
          key={header}
          role="cell"
          ta={align}
          data-label={index === 0 ? undefined : header}
          className={`${index === 0 ? 'card-title' : ''} ${align === 'right' ? 'number' : ''}`}
        >
          {index === 0 && open ? (
            <NameCell target={target} open={open} content={cell(row)} />
          ) : (
            <div className="card-value">{cell(row)}</div>
          )}
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
