import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { standingOf } from '../agreements/standing.js';
import { ADMINS, useMay } from '../session/me.js';
import { DataTable } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { GrantedOperations } from '../shared/granted-operations.js';
import { Section } from '../shared/section.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import type { SenderAgreement } from './sender.types.js';

interface SenderAgreementsProps {
  senderId: string;
  agreements: SenderAgreement[];
}

/** What it may have now, is to have, or had until lately; what was ended is in the list of all. */
export function SenderAgreements({ senderId, agreements }: SenderAgreementsProps) {
  const { t } = useTranslation();
  const of = `senderId=${encodeURIComponent(senderId)}`;
  const rows = agreements.filter(({ state }) => state !== 'ENDED');
  return (
    <Section title={t('nav.agreements')} actions={<NewAgreement of={of} />}>
      {rows.length === 0 ? (
        <Empty title={t('senders.noAgreements')} hint={t('agreements.emptyHint')} />
      ) : (
        <DataTable
          label={t('nav.agreements')}
          rows={rows}
          idOf={({ id }) => id}
          linkTo={({ id }) => `/agreements?${of}&open=${id}`}
          columns={[
            { header: t('field.registry'), cell: ({ registry }) => t(`registry.${registry}`) },
            { header: t('field.state'), cell: (row) => <StateBadge state={standingOf(row)} /> },
            { header: t('field.operations'), cell: (row) => <GrantedOperations {...row} /> },
            { header: t('field.validFrom'), cell: ({ validFrom }) => <Time value={validFrom} day /> },
            { header: t('field.validUntil'), cell: ({ validUntil }) => <Time value={validUntil} day /> },
          ]}
        />
      )}
    </Section>
  );
}

function NewAgreement({ of }: { of: string }) {
  const { t } = useTranslation();
  if (!useMay(ADMINS)) return null;
  return (
    <Button component={Link} to={`/agreements/new?${of}`} variant="default">
      {t('agreements.new')}
    </Button>
  );
}
