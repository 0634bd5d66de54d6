import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RequestsChart } from '../overview/charts.js';
import { useNumbers } from '../shared/numbers.js';
import { Section } from '../shared/section.js';
import type { Sender } from './sender.types.js';

/** Its requests of the last day by what came of them: in numbers, and when. */
export function LastDay({ lastDay }: Pick<Sender, 'lastDay'>) {
  const { t } = useTranslation();
  const { count } = useNumbers();
  const sum = (name: 'total' | 'failed'): number => lastDay.reduce((all, { traffic }) => all + traffic[name], 0);
  const [total, failed] = [sum('total'), sum('failed')];
  return (
    <Section title={t('senders.lastDay')}>
      {total === 0 ? (
        <Text size="sm" c="dimmed">
          {t('overview.noTraffic')}
        </Text>
      ) : (
        <>
          <Group gap="lg" mb="xs">
            <Text size="sm">{t('senders.answered', { count: total - failed, number: count(total - failed) })}</Text>
            <Text size="sm">{t('senders.refused', { count: failed, number: count(failed) })}</Text>
          </Group>
          <RequestsChart timeline={lastDay} />
        </>
      )}
    </Section>
  );
}
