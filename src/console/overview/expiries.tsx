import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Facts } from '../shared/facts.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import type { OverviewData } from './overview.types.js';

export function Expiries({ expiries }: Pick<OverviewData, 'expiries'>) {
  const { t } = useTranslation();
  return (
    <Section title={t('overview.expiries')}>
      {expiries.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('overview.nothingExpires')}
        </Text>
      ) : (
        <Facts
          items={expiries.map(({ kind, senderId, expiresAt, id }) => [
            `${t(`expiry.${kind}`)} ${senderId ?? id.slice(0, 8)}`,
            <Time key={id} value={expiresAt} />,
          ])}
        />
      )}
    </Section>
  );
}
