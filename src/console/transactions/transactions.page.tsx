import { Group, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConnectionTable } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { OPERATION, REGISTRY, SENDER, stateOf, TEXT, TIME } from '../shared/filters.js';
import { LiveBadge } from '../shared/live-badge.js';
import { Page } from '../shared/page.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { useLiveRows } from '../shared/use-live-rows.js';
import { TRANSACTION_STATUSES } from '../shared/vocabulary.js';
import { useLive } from '../graphql/use-live.js';
import { useTransactionColumns } from './transaction-columns.js';
import { TRANSACTION_CHANGED, TRANSACTIONS } from './transactions.document.js';

const FILTERS = {
  senderId: SENDER,
  registry: REGISTRY,
  operation: OPERATION,
  status: stateOf(TRANSACTION_STATUSES),
  transactionId: TEXT,
  correlationId: TEXT,
  receivedFrom: TIME,
  receivedUntil: TIME,
};

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const [following, setFollowing] = useState(true);
  const page = useConnection(
    TRANSACTIONS,
    { filter },
    { pick: ({ transactions }) => transactions, types: ['Transaction'] },
  );
  // A call that leaves the status of the filter is told of only to who asks for all of them.
  const { status, ...lasting } = filter;
  const { live, arrived, fresh } = useLiveRows(
    page,
    JSON.stringify(filter),
    (row) => status === undefined || row.status === status,
  );
  const state = useLive(
    TRANSACTION_CHANGED,
    { filter: lasting },
    {
      enabled: following && page.atStart,
      onStart: page.reload,
      onEvent: ({ transactionChanged }) => arrived(transactionChanged.transaction),
      cursorOf: ({ transactionChanged }) => transactionChanged.cursor,
    },
  );
  return (
    <Page
      title={t('nav.transactions')}
      lead={t('transactions.lead')}
      actions={
        <Group gap="md">
          <ExportList
            name="transactions"
            document={TRANSACTIONS}
            variables={{ filter }}
            pick={({ transactions }) => transactions}
          />
          <LiveBadge state={state} />
          <Switch
            label={t('live.follow')}
            checked={following}
            onChange={(event) => setFollowing(event.currentTarget.checked)}
          />
        </Group>
      }
    >
      <FilterBar filters={filters} />
      <ConnectionTable
        label={t('nav.transactions')}
        page={live}
        fresh={fresh}
        columns={useTransactionColumns()}
        linkTo={({ id }) => `/transactions/${id}`}
        empty={{ title: t('transactions.empty'), hint: t('transactions.emptyHint') }}
      />
    </Page>
  );
}
