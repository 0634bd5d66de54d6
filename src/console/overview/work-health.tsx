import { Anchor, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Facts } from '../shared/facts.js';
import { useNumbers } from '../shared/numbers.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import type { OverviewData } from './overview.types.js';

/** Whether the background work gets on: the store, failing jobs, and what waits. */
export function WorkHealth({ store, jobs, queues }: OverviewData['jobs']) {
  const { t } = useTranslation();
  const { count } = useNumbers();
  const failing = jobs.filter(
    ({ failedAt, lastFinishedAt }) => failedAt !== null && failedAt >= (lastFinishedAt ?? ''),
  );
  return (
    <Section
      title={t('nav.jobs')}
      actions={
        <Anchor component={Link} to="/jobs" size="sm">
          {t('overview.allJobs')}
        </Anchor>
      }
    >
      <Facts
        items={[
          [store.name, t(store.up ? 'overview.storeUp' : 'overview.storeDown')],
          [
            t('overview.failingJobs'),
            failing.length === 0 ? t('overview.none') : failing.map(({ name }) => name).join(', '),
          ],
          ...queues.map(({ name, waiting, oldestDueAt }): [string, ReactNode] => [
            name,
            <Group key={name} gap={6}>
              <Text size="sm" className="number">
                {t('overview.waiting', { value: count(waiting) })}
              </Text>
              {oldestDueAt !== null && <Time value={oldestDueAt} />}
            </Group>,
          ]),
        ]}
      />
    </Section>
  );
}
