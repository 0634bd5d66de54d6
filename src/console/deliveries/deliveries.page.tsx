import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../graphql/use-live.js';
import { RUNNERS, useMay } from '../session/me.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { REGISTRY, SENDER, stateOf, TEXT, TIME } from '../shared/filters.js';
import { LiveBadge } from '../shared/live-badge.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { useLiveRows } from '../shared/use-live-rows.js';
import { DELIVERIES, DELIVERY_CHANGED } from './deliveries.document.js';
import type { DeliveryRow } from './delivery.types.js';
import { Action } from './action.js';
import { ReplayDialog } from './replay-dialog.js';
import { RetrySelection } from './retry-selection.js';
import { Held } from './waiting.js';

const FILTERS = {
  senderId: SENDER,
  registry: REGISTRY,
  state: stateOf(['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED']),
  subscriptionCode: TEXT,
  transactionId: TEXT,
  createdFrom: TIME,
  createdUntil: TIME,
};

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const runner = useMay(RUNNERS);
  const [ids, onChange] = useState<ReadonlySet<string>>(new Set());
  const page = useConnection(DELIVERIES, { filter }, { pick: ({ deliveries }) => deliveries, types: ['Delivery'] });
  // A delivery that leaves the state of the filter is told of only to who asks for all of them.
  const { state: wanted, ...lasting } = filter;
  const { live, arrived, fresh } = useLiveRows(
    page,
    JSON.stringify(filter),
    (row) => wanted === undefined || row.state === wanted,
  );
  const state = useLive(
    DELIVERY_CHANGED,
    { filter: lasting },
    {
      enabled: page.atStart,
      onStart: page.reload,
      onEvent: ({ deliveryChanged }) => arrived(deliveryChanged.delivery),
      cursorOf: ({ deliveryChanged }) => deliveryChanged.cursor,
    },
  );
  return (
    <Page
      title={t('nav.deliveries')}
      lead={t('deliveries.lead')}
      actions={
        <Group gap="sm">
          <LiveBadge state={state} />
          <ExportList
            name="deliveries"
            document={DELIVERIES}
            variables={{ filter }}
            pick={({ deliveries }) => deliveries}
          />
          <ReplayDialog />
        </Group>
      }
    >
      <FilterBar filters={filters} />
      {ids.size > 0 && <RetrySelection ids={ids} onDone={onChange} />}
      <ConnectionTable
        label={t('nav.deliveries')}
        page={live}
        fresh={fresh}
        columns={useDeliveryColumns()}
        linkTo={({ id }) => `/deliveries/${id}`}
        selection={runner ? { ids, onChange } : undefined}
        empty={{ title: t('deliveries.empty'), hint: t('deliveries.emptyHint') }}
      />
    </Page>
  );
}

function useDeliveryColumns(): Column<DeliveryRow>[] {
  const { t } = useTranslation();
  return [
    { header: t('field.createdAt'), cell: ({ createdAt }) => <Time value={createdAt} /> },
    { header: t('field.receiver'), cell: ({ sender }) => sender?.senderId ?? '—' },
    { header: t('field.action'), cell: (row) => <Action {...row} /> },
    { header: t('field.registry'), cell: ({ registry }) => t(`registry.${registry}`) },
    {
      header: t('field.target'),
      cell: ({ target }) => (
        <Text size="sm" maw={260} truncate title={target}>
          {target}
        </Text>
      ),
    },
    { header: t('field.state'), cell: (row) => <StateBadge state={row.state} /> },
    { header: t('field.attempts'), align: 'right', cell: ({ attemptCount }) => attemptCount },
    { header: t('deliveries.held'), cell: (row) => <Held {...row} /> },
  ];
}
