import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { Facts } from '../shared/facts.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import type { Sender } from './sender.types.js';

export function IdentityFacts(sender: Sender) {
  const { t } = useTranslation();
  return (
    <Facts
      items={[
        [t('field.senderId'), <CodeText key="id" text={sender.senderId} />],
        [t('field.state'), <StateBadge key="state" state={sender.state} />],
        [t('field.clientId'), <CodeText key="client" text={sender.clientId} />],
        [
          t('field.signatureProfile'),
          `${t(`profile.${sender.signatureProfile}`)} · ${t(`policy.${sender.signaturePolicy}`)}`,
        ],
        [t('field.jwksUrl'), sender.jwksUrl],
        [t('field.callbackHosts'), sender.callbackHosts.join(', ')],
        [t('field.notifyUri'), sender.notifyUri],
        [t('field.organizationKind'), sender.organizationKind],
        [t('field.tlsSubject'), sender.tlsSubject],
        [t('field.tlsThumbprints'), sender.tlsThumbprints.map((print) => <CodeText key={print} text={print} />)],
        [t('field.createdBy'), sender.createdBy],
        [t('field.approvedBy'), sender.approvedBy],
        [t('field.createdAt'), <Time key="created" value={sender.createdAt} />],
        [t('field.notes'), sender.notes],
      ]}
    />
  );
}

export function AccessFacts(sender: Sender) {
  const { t } = useTranslation();
  const yesNo = (value: boolean): string => t(value ? 'state.yes' : 'state.no');
  return (
    <Facts
      items={[
        [t('field.registries'), sender.registries.map((registry) => t(`registry.${registry}`)).join(', ')],
        [t('field.operations'), sender.allowedOperations.map((operation) => t(`operation.${operation}`)).join(', ')],
        [t('field.legalBasis'), sender.legalBasis === null ? null : t(`legalBasis.${sender.legalBasis}`)],
        [t('field.rateLimitPerMinute'), String(sender.rateLimitPerMinute)],
        [
          t('field.rateLimitPerDay'),
          sender.rateLimitPerDay === null ? t('state.unlimited') : String(sender.rateLimitPerDay),
        ],
        [t('field.autoApproveSubscriptions'), yesNo(sender.autoApproveSubscriptions)],
        [t('field.encryptReplies'), yesNo(sender.encryptReplies)],
        [t('field.sandbox'), yesNo(sender.sandbox)],
        [t('field.dialect'), t(`dialect.${sender.dialect}`)],
        [t('field.recordsAs'), t(`recordsAs.${sender.recordsAs}`)],
        [t('field.jwsForm'), t(`jwsForm.${sender.jwsForm}`)],
        [t('field.receiverAliases'), sender.receiverAliases.join(', ')],
        [t('field.suppressCountsBelow'), String(sender.suppressCountsBelow)],
      ]}
    />
  );
}
