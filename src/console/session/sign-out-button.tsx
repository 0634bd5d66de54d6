import { Button } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { useMe } from './me.js';
import { signOut } from './sign-out.js';

export function SignOutButton() {
  const { t } = useTranslation();
  const client = useClient();
  const me = useMe();
  return (
    <Button
      variant="default"
      size="sm"
      leftSection={<IconLogout size={16} aria-hidden />}
      onClick={() => void signOut(client, me)}
    >
      {t('app.signOut')}
    </Button>
  );
}
