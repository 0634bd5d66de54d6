import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { ADMINS, useMay } from '../session/me.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { ALL } from '../shared/field-choice.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { GrantedOperations } from '../shared/granted-operations.js';
import { REGISTRY, SENDER, stateOf } from '../shared/filters.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { useOpenRow } from '../shared/use-open-row.js';
import { AgreementDrawer } from './agreement-drawer.js';
import type { Agreement } from './agreement-values.js';
import { AGREEMENTS } from './agreements.document.js';
import { standingOf } from './standing.js';

const FILTERS = { senderId: SENDER, registry: REGISTRY, state: stateOf(['ACTIVE', 'PENDING', 'ENDED']) };

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const { filter } = filters;
  const [search, setSearch] = useSearchParams();
  const page = useConnection(AGREEMENTS, { filter }, { pick: ({ agreements }) => agreements, types: ['Agreement'] });
  const open = useOpenRow(page.rows, search.get('open'));
  const setOpen = (id: string | undefined): void =>
    setSearch(
      (current) => {
        if (id === undefined) current.delete('open');
        else current.set('open', id);
        return current;
      },
      { replace: true },
    );
  return (
    <Page
      title={t('nav.agreements')}
      lead={t('agreements.lead')}
      actions={
        <>
          <ExportList
            name="agreements"
            document={AGREEMENTS}
            variables={{ filter }}
            pick={({ agreements }) => agreements}
          />
          <NewAgreement />
        </>
      }
    >
      <FilterBar filters={filters} />
      <ConnectionTable<Agreement>
        label={t('nav.agreements')}
        page={page}
        onOpen={({ id }) => setOpen(id)}
        columns={[
          { header: t('field.sender'), cell: ({ sender }) => sender.name },
          { header: t('field.registry'), cell: (row) => t(`registry.${row.registry}`) },
          { header: t('field.state'), cell: (row) => <StateBadge state={standingOf(row)} /> },
          { header: t('field.operations'), cell: (row) => <GrantedOperations {...row} /> },
          {
            header: t('field.fields'),
            cell: ({ fields }) =>
              fields.includes(ALL) ? t('agreements.everything') : t('agreements.chosen', { count: fields.length }),
          },
          { header: t('field.legalBasis'), cell: ({ legalBasis }) => t(`legalBasis.${legalBasis}`) },
          { header: t('field.validFrom'), cell: ({ validFrom }) => <Time value={validFrom} day /> },
          { header: t('field.validUntil'), cell: ({ validUntil }) => <Time value={validUntil} day /> },
          { header: t('field.version'), align: 'right', cell: ({ version }) => version },
        ]}
        empty={{ title: t('agreements.empty'), hint: t('agreements.emptyHint'), action: <NewAgreement /> }}
      />
      {open !== undefined && <AgreementDrawer agreement={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function NewAgreement() {
  const { t } = useTranslation();
  if (!useMay(ADMINS)) return null;
  return (
    <Button component={Link} to="/agreements/new" leftSection={<IconPlus size={14} aria-hidden />}>
      {t('agreements.new')}
    </Button>
  );
}
