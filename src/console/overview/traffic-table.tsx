import { Progress, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable, type Column } from '../shared/data-table.js';
import { formatMs } from '../shared/duration.js';
import { Empty } from '../shared/empty.js';
import { formatRate, useNumbers } from '../shared/numbers.js';
import { Section } from '../shared/section.js';
import type { OverviewData, Traffic } from './overview.types.js';

const GROUPS = ['registry', 'operation', 'sender', 'receiver'] as const;
type Group = (typeof GROUPS)[number];

/** The same numbers by registry, operation, sender, and (for what we send) receiver. */
export function TrafficTable(overview: OverviewData) {
  const { t } = useTranslation();
  const [group, setGroup] = useState<Group>('registry');
  const rows = rowsOf(overview, group);
  const columns = useTrafficColumns(group);
  return (
    <Section
      title={t('overview.byGroup')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('overview.byGroup')}
          data={GROUPS.map((value) => ({ value, label: t(`field.${value}`) }))}
          value={group}
          onChange={setGroup}
        />
      }
    >
      {rows.length === 0 ? (
        <Empty title={t('overview.noTraffic')} />
      ) : (
        <DataTable
          label={t('overview.byGroup')}
          rows={rows}
          idOf={(row) => row.registry ?? row.operation ?? row.senderId ?? ''}
          columns={columns}
        />
      )}
    </Section>
  );
}

function rowsOf(overview: OverviewData, group: Group): Traffic[] {
  if (group === 'registry') return overview.requestsByRegistry;
  if (group === 'operation') return overview.requestsByOperation;
  return group === 'sender' ? overview.requestsBySender : overview.deliveries.bySender;
}

function useTrafficColumns(group: Group): Column<Traffic>[] {
  const { t } = useTranslation();
  const { count, share } = useNumbers();
  const percentile = (name: 'p50' | 'p95' | 'p99'): Column<Traffic> => ({
    header: t(`overview.column.${name}`),
    align: 'right',
    cell: (row) => formatMs(row[`${name}Ms`]),
  });
  return [
    { header: t(`field.${group}`), cell: (row) => <GroupName row={row} group={group} /> },
    { header: t('overview.column.total'), align: 'right', cell: ({ total }) => count(total) },
    { header: t('overview.column.rate'), align: 'right', cell: ({ perSecond }) => formatRate(perSecond) },
    {
      header: t('overview.column.errors'),
      align: 'right',
      cell: ({ errorRate }) => (
        <>
          {share(errorRate)}
          <Progress size={3} color="red.7" value={(errorRate ?? 0) * 100} aria-hidden />
        </>
      ),
    },
    ...(['p50', 'p95', 'p99'] as const).map(percentile),
  ];
}

function GroupName({ row, group }: { row: Traffic; group: Group }) {
  const { t } = useTranslation();
  if (group === 'registry') return row.registry === null ? '—' : t(`registry.${row.registry}`);
  if (group === 'operation') return row.operation === null ? '—' : t(`operation.${row.operation}`);
  return row.senderId ?? t('transactions.unknown');
}
