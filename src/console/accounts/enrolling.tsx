import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Logo } from '../app/logo.js';
import { SignOutButton } from '../session/sign-out-button.js';
import { SecondFactor } from './second-factor.js';

/** All that there is before the second factor, where one is asked of everybody. */
export function Enrolling() {
  const { t } = useTranslation();
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
            <SignOutButton />
            <SecondFactor />
          </Group>
        </Stack>
      </Paper>
    </Center>
  );
}
