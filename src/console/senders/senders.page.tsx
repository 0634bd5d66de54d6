import { Badge, Button, Group } from '@mantine/core';
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ADMINS, useMay } from '../session/me.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { REGISTRY, stateOf, TEXT } from '../shared/filters.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { SENDERS } from './senders.document.js';
import { warningText } from './warning-text.js';

const FILTERS = { nameOrId: TEXT, registry: REGISTRY, state: stateOf(['ACTIVE', 'PENDING', 'SUSPENDED']) };

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const page = useConnection(SENDERS, { filter }, { pick: ({ senders }) => senders, types: ['Sender'] });
  return (
    <Page
      title={t('nav.senders')}
      lead={t('senders.lead')}
      actions={
        <>
          <ExportList name="senders" document={SENDERS} variables={{ filter }} pick={({ senders }) => senders} />
          <NewSender />
        </>
      }
    >
      <FilterBar filters={filters} />
      <ConnectionTable
        label={t('nav.senders')}
        page={page}
        linkTo={({ senderId }) => `/senders/${encodeURIComponent(senderId)}`}
        columns={[
          { header: t('field.senderId'), cell: ({ senderId }) => senderId },
          { header: t('field.name'), cell: (row) => row.name },
          { header: t('field.state'), cell: (row) => <StateBadge state={row.state} /> },
          {
            header: t('field.registries'),
            cell: (row) => row.registries.map((one) => t(`registry.${one}`)).join(', '),
          },
          { header: t('field.signatureProfile'), cell: (row) => row.signatureProfile },
          { header: t('field.warnings'), cell: (row) => <Warnings {...row} /> },
          { header: t('field.createdAt'), cell: (row) => <Time value={row.createdAt} /> },
        ]}
        empty={{ title: t('senders.empty'), hint: t('senders.emptyHint'), action: <NewSender /> }}
      />
    </Page>
  );
}

function NewSender() {
  const { t } = useTranslation();
  if (!useMay(ADMINS)) return null;
  return (
    <Button component={Link} to="/senders/new" leftSection={<IconPlus size={14} aria-hidden />}>
      {t('senders.new')}
    </Button>
  );
}

function Warnings({ sandbox, warnings }: { sandbox: boolean; warnings: string[] }) {
  const { t } = useTranslation();
  if (!sandbox && warnings.length === 0) return <span>—</span>;
  return (
    <Group gap={6}>
      {sandbox && (
        <Badge size="sm" radius="sm" variant="light" color="yellow" className="state state-yellow">
          {t('field.sandbox')}
        </Badge>
      )}
      {warnings.length > 0 && (
        <IconAlertTriangle
          size={16}
          color="var(--mantine-color-orange-8)"
          role="img"
          aria-label={warnings.map(warningText).join('; ')}
        />
      )}
    </Group>
  );
}
