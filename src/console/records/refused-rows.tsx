import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { downloadFile } from '../shared/files.js';
import { makeFile } from '../shared/making-file.js';
import { ReasonForm } from '../shared/reason-form.js';
import { tellProblem } from '../shared/tell-problem.js';

/** Rows that an import kept out, with their values, for whoever mends the file. */
export function RefusedRows({ id }: { id: string }) {
  const { t } = useTranslation();
  const download = async (reason: string): Promise<void> => {
    try {
      await makeFile((making) =>
        downloadFile({ name: 'refused.ndjson', path: `imports/${id}/refused`, question: { reason }, ...making }),
      );
    } catch (error) {
      tellProblem(error);
    }
  };
  return (
    <Stack gap="xs">
      <Text size="sm">{t('imports.refusedHint')}</Text>
      <ReasonForm open={t('imports.downloadRefused')} onGiven={download} />
    </Stack>
  );
}
