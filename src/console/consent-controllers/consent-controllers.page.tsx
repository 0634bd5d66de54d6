import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import { ADMINS, RUNNERS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
import { ConnectionTable, type Column } from '../shared/connection-table.js';
import { Page } from '../shared/page.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { CONSENT_CONTROLLERS, REVOKE_CONSENT_CONTROLLER } from './consent-controllers.document.js';
import { ControllerDrawer } from './controller-drawer.js';
import type { Controller } from './controller.types.js';
import { RevokeOne } from './revoke-one.js';

export function Component() {
  const { t } = useTranslation();
  const admin = useMay(ADMINS);
  const [registering, { open, close }] = useDisclosure();
  const [{ data, error, fetching }, reload] = useAnswer(CONSENT_CONTROLLERS, {}, { context: CONTEXT });
  const page = { rows: data?.consentControllers ?? [], error, fetching, atStart: true, reload };
  return (
    <Page
      title={t('nav.consentControllers')}
      lead={t('controllers.lead')}
      actions={
        admin && (
          <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
            {t('controllers.register')}
          </Button>
        )
      }
    >
      <ConnectionTable
        label={t('nav.consentControllers')}
        page={page}
        columns={useControllerColumns()}
        empty={{ title: t('controllers.empty'), hint: t('controllers.emptyHint') }}
      />
      {registering && <ControllerDrawer onClose={close} />}
    </Page>
  );
}

/** An empty list has no row whose type would say what it is of. */
const CONTEXT = { additionalTypenames: ['ConsentController'] };

function useControllerColumns(): Column<Controller>[] {
  const { t } = useTranslation();
  return [
    { header: t('field.name'), cell: ({ name }) => name },
    { header: t('controllers.issuer'), cell: ({ issuer }) => <CodeText text={issuer} /> },
    {
      header: t('field.registries'),
      cell: ({ registries }) => registries.map((registry) => t(`registry.${registry}`)).join(', '),
    },
    { header: t('controllers.keys'), cell: ({ jwksUrl }) => jwksUrl ?? t('controllers.givenKeys') },
    { header: t('controllers.keysRead'), cell: ({ jwksFetchedAt }) => <Time value={jwksFetchedAt} /> },
    {
      header: t('field.state'),
      cell: ({ revokedAt }) => <StateBadge state={revokedAt === null ? 'ACTIVE' : 'REVOKED'} />,
    },
    { header: t('field.actions'), cell: (controller) => <Actions {...controller} /> },
  ];
}

function Actions(controller: Controller) {
  const { t } = useTranslation();
  const [editing, { open, close }] = useDisclosure();
  const admin = useMay(ADMINS);
  const runner = useMay(RUNNERS);
  const { id, revokedAt } = controller;
  if (revokedAt !== null) return null;
  return (
    <Group gap="xs" wrap="nowrap">
      {admin && (
        <Button size="compact-xs" variant="default" onClick={open}>
          {t('action.edit')}
        </Button>
      )}
      {runner && <RevokeOne controllerId={id} />}
      <ActionButton
        document={REVOKE_CONSENT_CONTROLLER}
        variables={(reason) => ({ id, reason })}
        label={t('action.revoke')}
        done={t('controllers.revoked')}
        roles={ADMINS}
        size="compact-xs"
        confirm={{
          title: t('controllers.revoke'),
          text: t('controllers.revokeText'),
          reason: 'optional',
          danger: true,
        }}
      />
      {editing && <ControllerDrawer controller={controller} onClose={close} />}
    </Group>
  );
}
