import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../graphql/use-live.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { REGISTRY, SENDER, stateOf, TEXT } from '../shared/filters.js';
import { LiveBadge } from '../shared/live-badge.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { useOpenRow } from '../shared/use-open-row.js';
import { SubscriptionActions } from './subscription-actions.js';
import { SubscriptionDrawer } from './subscription-drawer.js';
import { SUBSCRIPTION_CHANGED, SUBSCRIPTIONS } from './subscriptions.document.js';

const FILTERS = {
  senderId: SENDER,
  registry: REGISTRY,
  state: stateOf(['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED', 'EXPIRED', 'CANCELLED']),
  code: TEXT,
};

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const [openId, setOpenId] = useState<string>();
  const page = useConnection(
    SUBSCRIPTIONS,
    { filter },
    { pick: ({ subscriptions }) => subscriptions, types: ['EventSubscription'] },
  );
  const live = useLive(
    SUBSCRIPTION_CHANGED,
    {},
    {
      onStart: page.reload,
      onEvent: page.reload,
      cursorOf: ({ subscriptionChanged }) => subscriptionChanged.cursor,
    },
  );
  const open = useOpenRow(page.rows, openId);
  return (
    <Page
      title={t('nav.subscriptions')}
      lead={t('subscriptions.lead')}
      actions={
        <>
          <LiveBadge state={live} />
          <ExportList
            name="subscriptions"
            document={SUBSCRIPTIONS}
            variables={{ filter }}
            pick={({ subscriptions }) => subscriptions}
          />
        </>
      }
    >
      <FilterBar filters={filters} />
      <ConnectionTable
        label={t('nav.subscriptions')}
        page={page}
        onOpen={({ id }) => setOpenId(id)}
        columns={[
          { header: t('field.subscriptionCode'), cell: (row) => <span className="mono">{row.code}</span> },
          { header: t('field.sender'), cell: (row) => row.senderId },
          { header: t('field.registry'), cell: (row) => t(`registry.${row.registry}`) },
          { header: t('field.eventType'), cell: ({ eventType }) => eventType },
          { header: t('field.state'), cell: (row) => <StateBadge state={row.state} /> },
          { header: t('field.sequence'), align: 'right', cell: ({ sequence }) => sequence },
          { header: t('field.createdAt'), cell: ({ createdAt }) => <Time value={createdAt} /> },
          { header: t('field.actions'), cell: (row) => <SubscriptionActions {...row} /> },
        ]}
        empty={{ title: t('subscriptions.empty'), hint: t('subscriptions.emptyHint') }}
      />
      {open !== undefined && <SubscriptionDrawer subscription={open} onClose={() => setOpenId(undefined)} />}
    </Page>
  );
}
