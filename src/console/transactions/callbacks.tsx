import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ResultOf } from '../graphql/graphql.js';
import { StateBadge } from '../shared/state-badge.js';
import type { TRANSACTION } from './transaction.document.js';

type Callback = NonNullable<ResultOf<typeof TRANSACTION>['transaction']>['deliveries'][number];

/** What went back to the partner's own endpoint for this call. */
export function Callbacks({ deliveries }: { deliveries: Callback[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      {deliveries.map(({ id, action, state, attemptCount }) => (
        <Group key={id} gap="sm">
          <Anchor component={Link} to={`/deliveries/${id}`} size="sm" className="mono">
            {action}
          </Anchor>
          <StateBadge state={state} />
          <Text size="sm" c="dimmed">
            {t('transactions.attempts', { count: attemptCount })}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
