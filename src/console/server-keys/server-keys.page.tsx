import { Alert, Group } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { CodeText } from '../shared/code-text.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { GenerateKey } from './generate-key.js';
import { ImportKey } from './import-key.js';
import { KeyActions } from './key-actions.js';
import { SERVER_KEYS } from './server-keys.document.js';

export function Component() {
  const { t } = useTranslation();
  const [{ data, error, fetching }, reload] = useAnswer(SERVER_KEYS, {});
  const next = data?.serverKeys.find(({ state, use }) => state === 'NEXT' && use === 'SIG');
  const page = { rows: data?.serverKeys ?? [], error, fetching, atStart: true, reload };
  return (
    <Page
      title={t('nav.serverKeys')}
      lead={t('serverKeys.lead')}
      actions={
        <Group gap="xs">
          <ImportKey />
          <GenerateKey />
        </Group>
      }
    >
      <Alert icon={<IconInfoCircle />} color="gray">
        {t('serverKeys.rotation')}
      </Alert>
      <ConnectionTable
        label={t('nav.serverKeys')}
        page={page}
        columns={[
          { header: t('field.kid'), cell: ({ kid }) => <CodeText text={kid} /> },
          { header: t('field.use'), cell: ({ use }) => t(`keyUse.${use}`) },
          { header: t('field.algorithm'), cell: ({ algorithm }) => algorithm },
          { header: t('field.state'), cell: ({ state }) => <StateBadge state={state} /> },
          { header: t('field.createdAt'), cell: ({ createdAt }) => <Time value={createdAt} /> },
          { header: t('field.activatedAt'), cell: ({ activatedAt }) => <Time value={activatedAt} /> },
          { header: t('field.actions'), cell: (key) => <KeyActions {...key} next={next?.kid} /> },
        ]}
        empty={{ title: t('serverKeys.empty') }}
      />
    </Page>
  );
}
