import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { AccountActions } from './account-actions.js';
import type { Account } from './account.types.js';
import { ADMIN_ACCOUNTS } from './accounts.document.js';

/** An empty list has no row whose type would say what it is of. */
const CONTEXT = { additionalTypenames: ['AdminAccount'] };

export function AccountsTable() {
  const { t } = useTranslation();
  const [{ data, error, fetching }, reload] = useAnswer(ADMIN_ACCOUNTS, {}, { context: CONTEXT });
  const page = { rows: data?.adminAccounts ?? [], error, fetching, atStart: true, reload };
  return (
    <ConnectionTable
      label={t('nav.accounts')}
      page={page}
      columns={useColumns()}
      empty={{ title: t('accounts.empty'), hint: t('accounts.emptyHint') }}
    />
  );
}

function useColumns(): Column<Account>[] {
  const { t } = useTranslation();
  return [
    { header: t('field.name'), cell: ({ name }) => name },
    { header: t('field.role'), cell: ({ role }) => t(`role.${role}`) },
    { header: t('field.state'), cell: (account) => <Standing {...account} /> },
    {
      header: t('accounts.secondFactor'),
      cell: ({ totpConfirmed }) => t(totpConfirmed ? 'accounts.has' : 'accounts.hasNot'),
    },
    {
      header: t('accounts.signedIn'),
      cell: ({ signedInAt }) => (signedInAt === null ? t('accounts.never') : <Time value={signedInAt} />),
    },
    { header: t('field.actions'), cell: (account) => <AccountActions {...account} /> },
  ];
}

function Standing({ state, passwordDue, proposedBy }: Account) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <StateBadge state={state} />
      {passwordDue && state !== 'DISABLED' && (
        <Badge variant="outline" color="gray" size="sm" radius="sm">
          {t('accounts.passwordDue')}
        </Badge>
      )}
      {proposedBy.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('accounts.proposedBy', { who: proposedBy.join(', ') })}
        </Text>
      )}
    </Group>
  );
}
