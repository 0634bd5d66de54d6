import { Badge, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DataTable, type Column } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import type { Disclosure } from './access-report.types.js';
import { Told } from './told.js';
import { DID } from './words.js';

const NOTIFICATION = 'NOTIFICATION';

/** What left the gateway about the person. */
export function Disclosures({ rows }: { rows: Disclosure[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t('accessReport.disclosures')}>
      <DataTable
        label={t('accessReport.disclosures')}
        rows={rows}
        idOf={({ id }) => id}
        columns={useColumns()}
        linkTo={({ id, kind }) => `/${kind === NOTIFICATION ? 'deliveries' : 'transactions'}/${id}`}
      />
      {rows.length === 0 && <Empty title={t('accessReport.nobody')} hint={t('accessReport.nobodyHint')} />}
    </Section>
  );
}

function useColumns(): Column<Disclosure>[] {
  const { t } = useTranslation();
  return [
    { header: t('field.at'), cell: ({ at }) => <Time value={at} whole /> },
    { header: t('accessReport.who'), cell: ({ senderId, senderName }) => senderName ?? senderId },
    { header: t('accessReport.how'), cell: (disclosure) => <How {...disclosure} /> },
    { header: t('accessReport.told'), cell: (disclosure) => <Told {...disclosure} /> },
    { header: t('accessReport.ground'), cell: (disclosure) => <Ground {...disclosure} /> },
  ];
}

function How({ kind, registry, inside }: Disclosure) {
  const { t } = useTranslation();
  const known = DID.find((one) => one === kind);
  return (
    <Stack gap={2} align="flex-start">
      <span>{known === undefined ? kind : t(`accessReport.did.${known}`)}</span>
      {registry !== null && (
        <Text size="xs" c="dimmed">
          {t(`registry.${registry}`)}
        </Text>
      )}
      {inside && <Inside />}
    </Stack>
  );
}

export function Inside() {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color="gray" size="sm" radius="sm">
      {t('accessReport.inside')}
    </Badge>
  );
}

/** The law, whose consent, for what, and under which agreement. */
function Ground({ legalBasis, consentBy, purpose, agreementVersion }: Disclosure) {
  const { t } = useTranslation();
  const beside = [
    ...consentBy.map((by) => t(`accessReport.consentedBy.${by}`)),
    ...(purpose === null ? [] : [`${t('field.purpose')}: ${purpose}`]),
    ...(agreementVersion === null ? [] : [t('accessReport.agreement', { version: agreementVersion })]),
  ];
  return (
    <>
      {legalBasis === null ? '—' : t(`legalBasis.${legalBasis}`)}
      {beside.map((text) => (
        <Text key={text} size="xs" c="dimmed">
          {text}
        </Text>
      ))}
    </>
  );
}
