import { Alert, Badge, Group, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { ResultOf } from '../graphql/graphql.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { ALL } from '../shared/field-choice.js';
import { Time } from '../shared/time.js';
import { OPERATIONS } from '../shared/vocabulary.js';
import { ACCESS_REPORT } from './access-report.document.js';
import type { ReportQuestion } from './ask-report.js';
import { Readings } from './readings.js';

/** The most that the gateway gives at once. */
const FIRST = 1000;
const NOTIFICATION = 'NOTIFICATION';

type Disclosure = ResultOf<typeof ACCESS_REPORT>['accessReport']['disclosures'][number];

/** Never from the cache: each look is recorded with its reason. */
export function Disclosures({ question }: { question: ReportQuestion }) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, reload] = useQuery({
    query: ACCESS_REPORT,
    variables: { ...question, first: FIRST },
    requestPolicy: 'network-only',
  });
  const rows = data?.accessReport.disclosures ?? [];
  return (
    <>
      {data?.accessReport.complete === false && (
        <Alert color="yellow" icon={<IconInfoCircle />}>
          {t('accessReport.more', { count: rows.length })}
        </Alert>
      )}
      <ConnectionTable
        label={t('accessReport.disclosures')}
        page={{ rows, error, fetching, atStart: true, reload }}
        columns={useColumns()}
        linkTo={({ id, kind }) => `/${kind === NOTIFICATION ? 'deliveries' : 'transactions'}/${id}`}
        empty={{ title: t('accessReport.nobody'), hint: t('accessReport.nobodyHint') }}
      />
      {data !== undefined && <Readings rows={data.accessReport.readings} />}
    </>
  );
}

function useColumns(): Column<Disclosure>[] {
  const { t } = useTranslation();
  return [
    { header: t('field.at'), cell: ({ at }) => <Time value={at} /> },
    { header: t('accessReport.who'), cell: ({ senderId, senderName }) => senderName ?? senderId },
    { header: t('accessReport.how'), cell: (disclosure) => <Kind {...disclosure} /> },
    { header: t('field.legalBasis'), cell: (disclosure) => <Ground {...disclosure} /> },
    { header: t('field.purpose'), cell: ({ purpose }) => purpose ?? '—' },
    { header: t('accessReport.allowed'), cell: (disclosure) => <Allowed {...disclosure} /> },
  ];
}

function Kind({ kind, inside }: Disclosure) {
  const { t } = useTranslation();
  const operation = OPERATIONS.find((known) => known === kind);
  const asked = operation === undefined ? kind : t(`operation.${operation}`);
  return (
    <Group gap={6}>
      {kind === NOTIFICATION ? t('accessReport.notification') : asked}
      {inside && (
        <Badge variant="light" color="gray" size="sm" radius="sm">
          {t('accessReport.inside')}
        </Badge>
      )}
    </Group>
  );
}

function Ground({ legalBasis, consentBy }: Disclosure) {
  const { t } = useTranslation();
  return (
    <>
      {legalBasis === null ? '—' : t(`legalBasis.${legalBasis}`)}
      {consentBy.map((by) => (
        <Text key={by} size="xs" c="dimmed">
          {t(`accessReport.consentedBy.${by}`)}
        </Text>
      ))}
    </>
  );
}

function Allowed({ fields, agreementVersion }: Disclosure) {
  const { t } = useTranslation();
  const all = fields?.includes(ALL) === true;
  return (
    <>
      <span className="wrap-anywhere">{all ? t('agreements.everything') : (fields?.join(', ') ?? '—')}</span>
      {agreementVersion !== null && (
        <Text size="xs" c="dimmed">
          {t('accessReport.agreement', { version: agreementVersion })}
        </Text>
      )}
    </>
  );
}
