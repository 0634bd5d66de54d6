import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { DataTable, type Column } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import { ROLES } from '../session/me.js';
import { Inside } from './disclosure-table.js';
import type { Reading } from './access-report.types.js';
import { wordsOf } from './words.js';

/** What administrators read of the person themselves. */
export function Readings({ rows }: { rows: Reading[] }) {
  const { t } = useTranslation();
  const columns: Column<Reading>[] = [
    { header: t('field.at'), cell: ({ at }) => <Time value={at} whole /> },
    { header: t('field.actor'), cell: (reading) => <Who {...reading} /> },
    { header: t('accessReport.how'), cell: (reading) => <How {...reading} /> },
    { header: t('field.reason'), cell: ({ reason }) => reason ?? '—' },
  ];
  return (
    <Section title={t('accessReport.readings')}>
      <DataTable label={t('accessReport.readings')} rows={rows} idOf={({ id }) => id} columns={columns} />
      {rows.length === 0 && <Empty title={t('accessReport.notRead')} />}
    </Section>
  );
}

function Who({ actor, role }: Reading) {
  const { t } = useTranslation();
  const known = ROLES.find((one) => one === role);
  return (
    <>
      {actor}
      <Text size="xs" c="dimmed">
        {known === undefined ? role : t(`role.${known}`)}
      </Text>
    </>
  );
}

function How({ action, fields, inside }: Reading) {
  const { t } = useTranslation();
  const words = wordsOf(action, fields);
  return (
    <Stack gap={2} align="flex-start">
      {words.length === 0 ? (
        <CodeText text={action} />
      ) : (
        <span>{words.map((word) => t(`accessReport.reading.${word}`)).join('; ')}</span>
      )}
      {inside && <Inside />}
    </Stack>
  );
}
