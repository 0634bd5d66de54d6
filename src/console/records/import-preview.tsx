import { Alert, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../shared/data-table.js';
import type { Preview } from './import.types.js';

/** The first rows as they would be written, or why not. */
export function ImportPreview({ fault, errors, rows }: Preview) {
  const { t } = useTranslation();
  const wrong = [...(fault === null ? [] : [fault]), ...errors.map(({ message }) => message)];
  if (wrong.length > 0)
    return (
      <Alert color="red" role="alert" title={t('imports.unreadable')}>
        <Stack gap={4}>
          {wrong.map((message) => (
            <Text key={message} size="sm">
              {message}
            </Text>
          ))}
        </Stack>
      </Alert>
    );
  return (
    <DataTable
      label={t('imports.preview')}
      rows={rows}
      idOf={({ line }) => String(line)}
      columns={[
        { header: t('imports.line'), cell: ({ line }) => line },
        { header: t('field.problem'), cell: ({ problem }) => problem ?? t('imports.fits') },
        {
          header: t('imports.asWritten'),
          cell: ({ record }) => (
            <span className="mono wrap-anywhere">{record === null ? '—' : JSON.stringify(record['data'])}</span>
          ),
        },
      ]}
    />
  );
}
