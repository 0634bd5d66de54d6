import { Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { downloadFile } from '../shared/files.js';
import { whatFailed } from '../shared/problem.js';
import { ReasonForm } from '../shared/reason-form.js';

/** Rows that an import kept out, with their values, for whoever mends the file. */
export function RefusedRows({ id }: { id: string }) {
  const { t } = useTranslation();
  const download = async (reason: string): Promise<void> => {
    try {
      await downloadFile('refused.ndjson', `imports/${id}/refused`, { reason });
    } catch (error) {
      const { code, message } = whatFailed(error);
      notifications.show({ color: 'red', title: t(`problem.${code}`), message });
    }
  };
  return (
    <Stack gap="xs">
      <Text size="sm">{t('imports.refusedHint')}</Text>
      <ReasonForm open={t('imports.downloadRefused')} onGiven={download} />
    </Stack>
  );
}
