import { Progress, SegmentedControl, Table } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
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
        <Table.ScrollContainer minWidth={520}>
          <Table aria-label={t('overview.byGroup')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t(`field.${group}`)}</Table.Th>
                {(['total', 'rate', 'errors', 'p50', 'p95', 'p99'] as const).map((name) => (
                  <Table.Th key={name} scope="col" ta="right">
                    {t(`overview.column.${name}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <TrafficRow key={row.registry ?? row.operation ?? row.senderId ?? ''} row={row} group={group} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

function rowsOf(overview: OverviewData, group: Group): Traffic[] {
  if (group === 'registry') return overview.requestsByRegistry;
  if (group === 'operation') return overview.requestsByOperation;
  return group === 'sender' ? overview.requestsBySender : overview.deliveries.bySender;
}

function TrafficRow({ row, group }: { row: Traffic; group: Group }) {
  const { count, share } = useNumbers();
  return (
    <Table.Tr>
      <Table.Td>
        <GroupName row={row} group={group} />
      </Table.Td>
      <Table.Td ta="right" className="number">
        {count(row.total)}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatRate(row.perSecond)}
      </Table.Td>
      <Table.Td ta="right" className="number" miw={110}>
        {share(row.errorRate)}
        <Progress size={3} color="red.7" value={(row.errorRate ?? 0) * 100} aria-hidden />
      </Table.Td>
      {(['p50Ms', 'p95Ms', 'p99Ms'] as const).map((percentile) => (
        <Table.Td key={percentile} ta="right" className="number">
          {formatMs(row[percentile])}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function GroupName({ row, group }: { row: Traffic; group: Group }) {
  const { t } = useTranslation();
  if (group === 'registry') return row.registry === null ? '—' : t(`registry.${row.registry}`);
  if (group === 'operation') return row.operation === null ? '—' : t(`operation.${row.operation}`);
  return row.senderId ?? t('transactions.unknown');
}
