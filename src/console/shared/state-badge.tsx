import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const COLORS = {
  ACTIVE: 'teal',
  RUNNING: 'teal',
  WELL: 'teal',
  SUCCEEDED: 'teal',
  DELIVERED: 'teal',
  PENDING: 'yellow',
  RESTING: 'yellow',
  RECEIVED: 'blue',
  LOADING: 'blue',
  NEXT: 'blue',
  UPCOMING: 'blue',
  PAUSED: 'gray',
  RETIRED: 'gray',
  ENDED: 'gray',
  EXPIRED: 'gray',
  CANCELLED: 'gray',
  DISABLED: 'red',
  REVOKED: 'red',
  NUMBER_PASSED: 'red',
  SUSPENDED: 'red',
  REJECTED: 'red',
  FAILED: 'red',
  FAILING: 'red',
} as const;

export type State = keyof typeof COLORS;

/** One word per state, one colour per meaning, on every page. */
export function StateBadge({ state }: { state: State }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color={COLORS[state]} size="sm" radius="sm" className={`state state-${COLORS[state]}`}>
      {t(`states.${state}`)}
    </Badge>
  );
}
