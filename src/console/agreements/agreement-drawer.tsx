import { Drawer, Group, Stack, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS, RUNNERS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
import { Facts } from '../shared/facts.js';
import { grantedOf, useServedOperations } from '../shared/served-operations.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import type { Operation } from '../shared/vocabulary.js';
import { AgreementForm } from './agreement-form.js';
import type { Agreement } from './agreement-values.js';
import { APPROVE_AGREEMENT, END_AGREEMENT } from './agreements.document.js';
import { ExplainAccess } from './explain-access.js';
import { standingOf } from './standing.js';

export function AgreementDrawer({ agreement, onClose }: { agreement: Agreement; onClose: () => void }) {
  const { t } = useTranslation();
  const { id, state, sender, registry } = agreement;
  const editable = useMay(ADMINS) && state !== 'ENDED';
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={`${sender.name} · ${t(`registry.${registry}`)}`}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Group justify="space-between">
          <StateBadge state={standingOf(agreement)} />
          <Group gap="xs">
            {state === 'PENDING' && (
              <ActionButton
                document={APPROVE_AGREEMENT}
                variables={{ id, version: agreement.version }}
                label={t('action.approve')}
                done={t('agreements.approved')}
                roles={RUNNERS}
                variant="filled"
              />
            )}
            {state !== 'ENDED' && (
              <ActionButton
                document={END_AGREEMENT}
                variables={{ id }}
                label={t('agreements.end')}
                done={t('agreements.ended')}
                roles={ADMINS}
                confirm={{ title: t('agreements.end'), text: t('agreements.endText'), danger: true }}
              />
            )}
          </Group>
        </Group>
        <Tabs defaultValue="terms" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="terms">{t('agreements.terms')}</Tabs.Tab>
            {editable && <Tabs.Tab value="edit">{t('action.edit')}</Tabs.Tab>}
            <Tabs.Tab value="explain">{t('explain.title')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="terms">
            <Terms {...agreement} />
          </Tabs.Panel>
          <Tabs.Panel value="edit">
            <AgreementForm agreement={agreement} onDone={onClose} />
          </Tabs.Panel>
          <Tabs.Panel value="explain">
            {/* What was explained of it as it stood before is gone with that. */}
            <ExplainAccess key={`${agreement.version} ${state}`} senderId={sender.senderId} registry={registry} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Drawer>
  );
}

function Terms(agreement: Agreement) {
  const { t } = useTranslation();
  const granted = grantedOf(useServedOperations(), agreement.registry, agreement.operations);
  const idle = agreement.operations.filter((one) => !granted.includes(one));
  const named = (operations: Operation[]): string => operations.map((one) => t(`operation.${one}`)).join(', ');
  return (
    <Facts
      items={[
        [t('field.operations'), named(granted)],
        [t('operations.idle'), named(idle)],
        [t('field.recordTypes'), agreement.recordTypes?.join(', ') ?? t('state.all')],
        [t('field.fields'), <CodeText key="fields" text={agreement.fields.join(', ')} />],
        [
          t('field.searchableAttributes'),
          agreement.searchableAttributes?.join(', ') ?? t('agreements.searchableWithin'),
        ],
        [t('field.purposes'), agreement.purposes?.join(', ') ?? t('state.all')],
        [t('field.legalBasis'), t(`legalBasis.${agreement.legalBasis}`)],
        [t('field.requiresConsent'), t(agreement.requiresConsent ? 'state.yes' : 'state.no')],
        [
          t('field.rowFilter'),
          agreement.rowFilter === null ? null : <CodeText key="filter" text={JSON.stringify(agreement.rowFilter)} />,
        ],
        [t('field.validFrom'), <Time key="from" value={agreement.validFrom} />],
        [t('field.validUntil'), <Time key="until" value={agreement.validUntil} />],
        [t('field.version'), String(agreement.version)],
        [t('field.createdBy'), agreement.createdBy],
        [t('field.approvedBy'), agreement.approvedBy],
      ]}
    />
  );
}
