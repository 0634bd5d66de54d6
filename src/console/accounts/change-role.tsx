import { Button, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS, ROLES, useMay, type Role } from '../session/me.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { CHANGE_ADMIN_ROLE } from './accounts.document.js';

export function ChangeRole({ name, role }: { name: string; role: Role }) {
  const { t } = useTranslation();
  const [busy, change] = useMutationNotice(CHANGE_ADMIN_ROLE);
  if (!useMay(ADMINS)) return null;
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" size="compact-xs" loading={busy}>
          {t('accounts.changeRole')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ROLES.filter((other) => other !== role).map((other) => (
          <Menu.Item key={other} onClick={() => void change({ name, role: other }, t('accounts.roleChanged'))}>
            {t(`role.${other}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
