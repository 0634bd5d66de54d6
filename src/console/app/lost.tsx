import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOnline } from './use-online.js';

export function NotFound() {
  const { t } = useTranslation();
  return <Lost title={t('app.notFound')} text={t('app.notFoundHint')} />;
}

/** A page that cannot be drawn, or that a newer build has replaced under an open tab. */
export function PageCrashed() {
  const { t } = useTranslation();
  const online = useOnline();
  const [wasOffline] = useState(!online);
  useEffect(() => {
    if (wasOffline && online) location.reload();
  }, [wasOffline, online]);
  return online ? (
    <Lost title={t('app.crashed')} text={t('app.crashedHint')} reload />
  ) : (
    <Lost title={t('problem.OFFLINE')} text={t('problem.offlineHint')} reload />
  );
}

function Lost({ title, text, reload = false }: { title: string; text: string; reload?: boolean }) {
  const { t } = useTranslation();
  return (
    <Center mih="50vh">
      <Stack align="center" gap="xs">
        <Title order={1}>{title}</Title>
        <Text c="dimmed">{text}</Text>
        {reload ? (
          <Button onClick={() => location.reload()}>{t('app.reload')}</Button>
        ) : (
          <Button component={Link} to="/">
            {t('nav.overview')}
          </Button>
        )}
      </Stack>
    </Center>
  );
}
