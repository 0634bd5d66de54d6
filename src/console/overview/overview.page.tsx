import { Grid, Group, SegmentedControl, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../graphql/use-answer.js';
import { useLive } from '../graphql/use-live.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { LiveBadge } from '../shared/live-badge.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { Expiries } from './expiries.js';
import { LatencyChart, RequestsChart } from './charts.js';
import { OVERVIEW, OVERVIEW_CHANGED } from './overview.document.js';
import type { OverviewData } from './overview.types.js';
import { Tiles } from './tiles.js';
import { TrafficTable } from './traffic-table.js';
import { WorkHealth } from './work-health.js';

const WINDOWS = ['PT15M', 'PT1H', 'P1D', 'P7D'] as const;
const EVERY_SECONDS = 5;

export function Component() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const window = WINDOWS.find((one) => one === search.get('window')) ?? 'PT1H';
  const [{ data, error }, reload] = useAnswer(OVERVIEW, { window });
  const [fresh, setFresh] = useState<{ window: string; overview: OverviewData }>();
  const state = useLive(
    OVERVIEW_CHANGED,
    { window, everySeconds: EVERY_SECONDS },
    { onEvent: ({ overviewChanged }) => setFresh({ window, overview: overviewChanged }) },
  );
  const overview = fresh?.window === window ? fresh.overview : data?.overview;
  return (
    <Page
      title={t('nav.overview')}
      lead={t('overview.lead')}
      actions={
        <Group gap="sm">
          <LiveBadge state={state} />
          <SegmentedControl
            size="xs"
            aria-label={t('overview.window')}
            data={WINDOWS.map((value) => ({ value, label: t(`overview.windows.${value}`) }))}
            value={window}
            onChange={(value) => setSearch({ window: value }, { replace: true })}
          />
        </Group>
      }
    >
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {overview === undefined && error === undefined && <Loading />}
      {overview !== undefined && <Panels {...overview} />}
    </Page>
  );
}

function Panels(overview: OverviewData) {
  const { t } = useTranslation();
  return (
    <>
      <Tiles {...overview} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Section title={t('overview.requests')}>
          <RequestsChart timeline={overview.timeline} />
        </Section>
        <Section title={t('overview.latency')}>
          <LatencyChart timeline={overview.timeline} />
        </Section>
      </SimpleGrid>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <TrafficTable {...overview} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <SimpleGrid cols={1}>
            <WorkHealth {...overview.jobs} />
            <Expiries expiries={overview.expiries} />
          </SimpleGrid>
        </Grid.Col>
      </Grid>
    </>
  );
}
