import { Anchor, Group, SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../graphql/use-answer.js';
import { useLive } from '../graphql/use-live.js';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Facts } from '../shared/facts.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { Decision } from '../transactions/decision.js';
import { Action } from './action.js';
import { Attempts } from './attempts.js';
import type { Delivery, Waiting } from './delivery.types.js';
import { Excerpts } from './excerpts.js';
import { CANCEL_DELIVERY, DELIVERY, DELIVERY_CHANGED, RETRY_DELIVERY } from './deliveries.document.js';
import { StateReason } from './state-reason.js';
import { SentMessage } from './sent-message.js';
import { useWaitingText } from './use-waiting-text.js';
import { WaitsFor } from './waiting.js';

export function Component() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [{ data, error }, reread] = useAnswer(DELIVERY, { id });
  const delivery = data?.delivery;
  useLive(
    DELIVERY_CHANGED,
    { filter: { messageId: delivery?.messageId } },
    {
      enabled: delivery != null,
      onStart: reread,
      onEvent: reread,
      cursorOf: ({ deliveryChanged }) => deliveryChanged.cursor,
    },
  );
  return (
    <Page
      title={delivery == null ? id : `${delivery.action} → ${delivery.sender?.name ?? '—'}`}
      parent={{ to: '/deliveries', label: t('nav.deliveries') }}
      actions={delivery != null && <DeliveryActions {...delivery} />}
    >
      {error !== undefined && <ErrorNotice error={error} onRetry={reread} />}
      {data === undefined && error === undefined && <Loading />}
      {delivery === null && <Empty title={t('deliveries.notFound')} />}
      {delivery != null && <Detail {...delivery} />}
    </Page>
  );
}

/** What holds up a retry for no longer than a moment. */
const GOES_AT_ONCE: ReadonlySet<string> = new Set<Waiting['reason']>(['WORKER', 'BEING_TRIED']);

function DeliveryActions({ id, state }: Delivery) {
  const { t } = useTranslation();
  const textOf = useWaitingText();
  return (
    <Group gap="xs">
      <StateBadge state={state} />
      {state !== 'DELIVERED' && (
        <ActionButton
          document={RETRY_DELIVERY}
          variables={{ id }}
          label={t('deliveries.retry')}
          done={({ retryDelivery: { waiting } }) =>
            waiting === null || GOES_AT_ONCE.has(waiting.reason)
              ? t('deliveries.retried')
              : t('deliveries.retriedLater', { why: textOf(waiting) })
          }
          roles={RUNNERS}
          variant="filled"
        />
      )}
      {state === 'PENDING' && (
        <ActionButton
          document={CANCEL_DELIVERY}
          variables={(reason) => ({ id, reason })}
          label={t('deliveries.cancel')}
          done={t('deliveries.cancelled')}
          roles={RUNNERS}
          confirm={{
            title: t('deliveries.cancel'),
            text: t('deliveries.cancelText'),
            reason: 'required',
            danger: true,
          }}
        />
      )}
    </Group>
  );
}

function Detail(delivery: Delivery) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title={t('deliveries.message')}>
          <MessageFacts {...delivery} />
        </Section>
        <Section title={t('deliveries.progressTitle')}>
          <ProgressFacts {...delivery} />
        </Section>
      </SimpleGrid>
      <Section title={t('field.attempts')}>
        <Attempts attempts={delivery.attempts} />
      </Section>
      <SentMessage id={delivery.id} />
      {delivery.attempts.length > 0 && <Excerpts id={delivery.id} />}
      {delivery.accessDecision !== null && (
        <Section title={t('transactions.decision')}>
          <Decision decision={delivery.accessDecision} senderId={delivery.sender?.senderId} />
        </Section>
      )}
    </>
  );
}

function MessageFacts({ subscription, transaction, ...delivery }: Delivery) {
  const { t } = useTranslation();
  return (
    <Facts
      items={[
        [t('field.receiver'), delivery.sender?.name],
        [t('field.action'), <Action key="action" {...delivery} />],
        [t('field.registry'), t(`registry.${delivery.registry}`)],
        [t('field.target'), <CodeText key="target" text={delivery.target} />],
        [t('field.messageId'), <CodeText key="message" text={delivery.messageId} />],
        [t('field.subscriptionCode'), subscription === null ? null : <CodeText key="code" text={subscription.code} />],
        [t('deliveries.notificationNumber'), delivery.notificationNumber],
        [
          t('deliveries.answers'),
          transaction === null ? null : (
            <Anchor component={Link} to={`/transactions/${transaction.id}`} size="sm">
              {transaction.transactionId ?? transaction.id}
            </Anchor>
          ),
        ],
      ]}
    />
  );
}

function ProgressFacts(delivery: Delivery) {
  const { t } = useTranslation();
  return (
    <Facts
      items={[
        [t('field.createdAt'), <Time key="created" value={delivery.createdAt} />],
        [t('field.attempts'), String(delivery.attemptCount)],
        [
          t('deliveries.waitsFor'),
          delivery.waiting && (
            <WaitsFor
              key="waits"
              waiting={delivery.waiting}
              senderId={delivery.sender?.senderId}
              subscriptionCode={delivery.subscription?.code}
            />
          ),
        ],
        [t('field.firstFailedAt'), <Time key="failed" value={delivery.firstFailedAt} />],
        [t('field.finishedAt'), <Time key="finished" value={delivery.finishedAt} />],
        [t('field.statusReason'), delivery.stateReason && <StateReason key="reason" {...delivery} />],
        [t('field.receiptAt'), <Time key="receipt" value={delivery.receiptAt} />],
      ]}
    />
  );
}
