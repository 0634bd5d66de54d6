import { Alert } from '@mantine/core';
import { IconWifiOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useOnline } from './use-online.js';

/** What is on the page stays readable without a line, and says that it may be old. */
export function Offline() {
  const { t } = useTranslation();
  if (useOnline()) return null;
  return (
    <Alert color="yellow" icon={<IconWifiOff />} role="status" title={t('problem.OFFLINE')} mb="md">
      {t('app.offlineHint')}
    </Alert>
  );
}
