import { Paper, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatMs, formatSeconds } from '../shared/duration.js';
import { formatRate, useNumbers } from '../shared/numbers.js';
import type { OverviewData } from './overview.types.js';

/** The six numbers an operator looks at first; one that needs attention is marked, and each leads to its list. */
export function Tiles({ requests, deliveries, tailLagSeconds, tailHeldBy }: OverviewData) {
  const { t } = useTranslation();
  const { count, share } = useNumbers();
  const { backlog, oldestAgeSeconds, successRate, suspendedEndpoints } = deliveries;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
      <Tile
        label={t('overview.requests')}
        value={count(requests.total)}
        hint={formatRate(requests.perSecond)}
        to="/transactions"
      />
      <Tile
        label={t('overview.errorRate')}
        value={share(requests.errorRate)}
        hint={t('overview.failed', { count: requests.failed })}
        to="/transactions?status=REJECTED"
        alarm={(requests.errorRate ?? 0) > 0.05}
      />
      <Tile
        label={t('overview.p95')}
        value={formatMs(requests.p95Ms)}
        hint={t('overview.median', { value: formatMs(requests.p50Ms) })}
        to="/transactions"
      />
      <Tile
        label={t('overview.backlog')}
        value={count(backlog)}
        hint={t('overview.oldest', { value: formatSeconds(oldestAgeSeconds) })}
        to="/deliveries?state=PENDING"
        alarm={(oldestAgeSeconds ?? 0) > 600}
      />
      <Tile
        label={t('overview.delivered')}
        value={share(successRate)}
        hint={t('overview.suspended', { count: suspendedEndpoints })}
        to={suspendedEndpoints > 0 ? '/subscriptions?state=SUSPENDED' : '/deliveries?state=FAILED'}
        alarm={suspendedEndpoints > 0}
      />
      <Tile
        label={t('overview.tailLag')}
        value={formatSeconds(tailLagSeconds)}
        hint={tailHeldBy === null ? t('overview.tailLagHint') : t('overview.tailHeldBy', { by: nameOf(tailHeldBy) })}
        alarm={tailLagSeconds > 10}
      />
    </SimpleGrid>
  );
}

/** As the database's administrator finds it. */
const nameOf = ({ pid, application }: NonNullable<OverviewData['tailHeldBy']>): string =>
  [pid ?? '', application ?? ''].join(' ').trim() || '?';

interface TileProps {
  label: string;
  value: string;
  hint: string;
  to?: string;
  alarm?: boolean;
}

function Tile({ label, value, hint, to, alarm = false }: TileProps) {
  return (
    <Paper className={alarm ? 'tile alarm' : 'tile'} component="section" aria-label={label}>
      <Text size="sm" c="dimmed">
        {to === undefined ? (
          label
        ) : (
          <Link to={to} className="tile-link">
            {label}
          </Link>
        )}
      </Text>
      <Text className="tile-value number">{value}</Text>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </Paper>
  );
}
