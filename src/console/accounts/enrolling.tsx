import { Button, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { Logo } from '../app/logo.js';
import { useMe } from '../session/me.js';
import { signOut } from '../session/sign-out.js';
import { SecondFactor } from './second-factor.js';

/** All that there is before the second factor, where one is asked of everybody. */
export function Enrolling() {
  const { t } = useTranslation();
  const client = useClient();
  const me = useMe();
  return (
    <Center component="main" className="sign-in">
      <Paper w="100%" maw={420} p="xl" shadow="sm">
        <Stack>
          <Group gap="sm">
            <Logo size={32} />
            <Title order={1}>{t('accounts.factorFirst')}</Title>
          </Group>
          <Text size="sm">{t('accounts.factorFirstText')}</Text>
          <Group justify="flex-end">
            <Button
              variant="default"
              size="sm"
              leftSection={<IconLogout size={16} aria-hidden />}
              onClick={() => void signOut(client, me)}
            >
              {t('app.signOut')}
            </Button>
            <SecondFactor />
          </Group>
        </Stack>
      </Paper>
    </Center>
  );
}
