import { Button, Menu } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { GENERATE_SERVER_KEY } from './server-keys.document.js';

const ALGORITHMS = ['ED25519', 'RSA_SHA256', 'ECDSA_SHA256', 'RSA_OAEP_256', 'ECDH_ES_A256KW'] as const;

export function GenerateKey() {
  const { t } = useTranslation();
  const [busy, generate] = useMutationNotice(GENERATE_SERVER_KEY);
  if (!useMay(ADMINS)) return null;
  return (
    <Menu>
      <Menu.Target>
        <Button loading={busy} leftSection={<IconPlus size={14} aria-hidden />}>
          {t('serverKeys.generate')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ALGORITHMS.map((algorithm) => (
          <Menu.Item key={algorithm} onClick={() => void generate({ algorithm }, t('serverKeys.generated'))}>
            {t(`keyAlgorithm.${algorithm}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
