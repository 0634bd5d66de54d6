import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { Time } from '../shared/time.js';
import type { ACCESS_REPORT } from './access-report.document.js';

type Reading = ResultOf<typeof ACCESS_REPORT>['accessReport']['readings'][number];

/** What administrators read of the person themselves. */
export function Readings({ rows }: { rows: Reading[] }) {
  const { t } = useTranslation();
  const columns: Column<Reading>[] = [
    { header: t('field.at'), cell: ({ at }) => <Time value={at} /> },
    { header: t('field.actor'), cell: ({ actor, role }) => `${actor} (${role})` },
    { header: t('accessReport.how'), cell: (reading) => <How {...reading} /> },
    { header: t('field.reason'), cell: ({ reason }) => reason ?? '—' },
    { header: t('accessReport.read'), cell: ({ fields }) => fields?.join(', ') ?? '—' },
  ];
  return (
    <ConnectionTable
      label={t('accessReport.readings')}
      page={{ rows, error: undefined, fetching: false, atStart: true, reload: () => undefined }}
      columns={columns}
      empty={{ title: t('accessReport.notRead') }}
    />
  );
}

function How({ action, inside }: Reading) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      {action}
      {inside && (
        <Badge variant="light" color="gray" size="sm" radius="sm">
          {t('accessReport.inside')}
        </Badge>
      )}
    </Group>
  );
}
