import { Button, Group, Paper } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable, type DataTableProps } from './data-table.js';
import { Empty } from './empty.js';
import { ErrorNotice } from './error-notice.js';
import type { ConnectionPage } from './use-connection.js';

export type { Column } from './data-table.js';

interface ConnectionTableProps<Row> extends Omit<DataTableProps<Row>, 'rows' | 'idOf' | 'busy'> {
  page: ConnectionPage<Row>;
  empty: { title: string; hint?: string; action?: ReactNode };
}

/** Any list of the API: its rows, its pages, and what is shown while there are none. */
export function ConnectionTable<Row extends { id: string }>({ page, empty, ...table }: ConnectionTableProps<Row>) {
  const { rows, error, fetching, reload } = page;
  if (error !== undefined && rows.length === 0) return <ErrorNotice error={error} onRetry={reload} />;
  return (
    <>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      <Paper p={0}>
        <DataTable {...table} rows={rows} idOf={({ id }) => id} busy={fetching} />
        {!fetching && rows.length === 0 && <Empty {...empty} />}
        <TableFoot {...page} />
      </Paper>
    </>
  );
}

function TableFoot<Row>({ rows, fetching, previous, next }: ConnectionPage<Row>) {
  const { t } = useTranslation();
  const isWaiting = fetching && rows.length === 0;
  return (
    <Group justify="space-between" px="sm" py="xs" className="table-foot">
      <span role="status" className="dimmed">
        {isWaiting ? t('state.loading') : t('table.rows', { count: rows.length })}
      </span>
      <Group gap="xs">
        <Button leftSection={<IconChevronLeft size={14} aria-hidden />} {...turning(previous)}>
          {t('table.previous')}
        </Button>
        <Button rightSection={<IconChevronRight size={14} aria-hidden />} {...turning(next)}>
          {t('table.next')}
        </Button>
      </Group>
    </Group>
  );
}

/** Without a page to turn to it keeps the focus, which a disabled button would lose while the next page loads. */
const turning = (turn: (() => void) | undefined) => ({
  variant: 'default',
  'data-disabled': turn === undefined ? true : undefined,
  'aria-disabled': turn === undefined,
  onClick: turn,
});
