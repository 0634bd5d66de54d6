import { Anchor, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

const LISTS = ['agreements', 'transactions', 'subscriptions', 'deliveries'] as const;

export function SenderLinks({ senderId }: { senderId: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      {LISTS.map((list) => (
        <Anchor key={list} component={Link} to={`/${list}?senderId=${encodeURIComponent(senderId)}`} size="sm">
          {t(`nav.${list}`)}
        </Anchor>
      ))}
    </Group>
  );
}
