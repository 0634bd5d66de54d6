import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LiveState } from '../graphql/use-live.js';

const COLORS = { off: 'gray', connecting: 'gray', live: 'teal', waiting: 'yellow' } as const;

export function LiveBadge({ state }: { state: LiveState }) {
  const { t } = useTranslation();
  return (
    <Badge variant="dot" color={COLORS[state]} role="status" aria-live="polite">
      {t(`live.${state}`)}
    </Badge>
  );
}
