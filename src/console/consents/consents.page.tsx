import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { RUNNERS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { ExportList } from '../shared/export-list.js';
import { FilterBar } from '../shared/filter-bar.js';
import { REGISTRY, SENDER, TEXT } from '../shared/filters.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useFilters } from '../shared/use-filters.js';
import { ALL } from '../shared/field-choice.js';
import { CONSENTS, REVOKE_CONSENT } from './consents.document.js';
import { GrantConsent } from './grant-consent.js';

type Consent = ResultOf<typeof CONSENTS>['consents']['nodes'][number];

const FILTERS = { registry: REGISTRY, senderId: SENDER, organizationKind: TEXT };

export function Component() {
  const { t } = useTranslation();
  const filters = useFilters(FILTERS);
  const [granting, { open, close }] = useDisclosure();
  const runner = useMay(RUNNERS);
  const { filter } = filters;
  const page = useConnection(CONSENTS, { filter }, { pick: ({ consents }) => consents, types: ['Consent'] });
  return (
    <Page
      title={t('nav.consents')}
      lead={t('consents.lead')}
      actions={
        <>
          <ExportList name="consents" document={CONSENTS} variables={{ filter }} pick={({ consents }) => consents} />
          {runner && (
            <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
              {t('consents.grant')}
            </Button>
          )}
        </>
      }
    >
      <FilterBar filters={filters} />
      <ConnectionTable
        label={t('nav.consents')}
        page={page}
        columns={useConsentColumns()}
        empty={{ title: t('consents.empty'), hint: t('consents.emptyHint') }}
      />
      {granting && <GrantConsent onClose={close} />}
    </Page>
  );
}

function useConsentColumns(): Column<Consent>[] {
  const { t } = useTranslation();
  return [
    {
      header: t('consents.person'),
      cell: ({ identifier, identifierType }) => `${identifierType} ${identifier?.value ?? '•••'}`,
    },
    { header: t('field.registry'), cell: ({ registry }) => t(`registry.${registry}`) },
    { header: t('consents.mayHave'), cell: ({ senderId, organizationKind }) => senderId ?? organizationKind ?? '—' },
    {
      header: t('field.fields'),
      cell: ({ fields }) =>
        fields.includes(ALL) ? t('agreements.everything') : t('agreements.chosen', { count: fields.length }),
    },
    { header: t('field.purposes'), cell: ({ purposes }) => purposes?.join(', ') ?? t('state.all') },
    { header: t('field.state'), cell: (consent) => <StateBadge state={stateOf(consent)} /> },
    { header: t('field.validUntil'), cell: ({ validUntil }) => <Time value={validUntil} /> },
    { header: t('field.actions'), cell: (consent) => <Revoke {...consent} /> },
  ];
}

function stateOf({ inForce, revokedAt, validFrom, validUntil, numberPassedAt }: Consent) {
  if (inForce) return 'ACTIVE';
  if (revokedAt !== null) return 'REVOKED';
  const isOver = validUntil !== null && new Date(validUntil) <= new Date();
  if (numberPassedAt !== null && !isOver) return 'NUMBER_PASSED';
  return new Date(validFrom) > new Date() ? 'PENDING' : 'EXPIRED';
}

function Revoke({ id, revokedAt }: Consent) {
  const { t } = useTranslation();
  if (revokedAt !== null) return null;
  return (
    <ActionButton
      document={REVOKE_CONSENT}
      variables={(reason) => ({ id, reason })}
      label={t('action.revoke')}
      done={t('consents.revoked')}
      roles={RUNNERS}
      size="compact-xs"
      confirm={{ title: t('consents.revoke'), text: t('consents.revokeText'), reason: 'optional', danger: true }}
    />
  );
}
