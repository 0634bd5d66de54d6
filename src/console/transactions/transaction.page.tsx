import { Anchor, SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../graphql/use-answer.js';
import { useLive } from '../graphql/use-live.js';
import { CodeText } from '../shared/code-text.js';
import { formatMs } from '../shared/duration.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Facts } from '../shared/facts.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import type { ResultOf } from '../graphql/graphql.js';
import { Callbacks } from './callbacks.js';
import { useChannel } from './channel.js';
import { Decision } from './decision.js';
import { Payloads } from './payloads.js';
import { TRANSACTION } from './transaction.document.js';
import { TRANSACTION_CHANGED } from './transactions.document.js';

type Transaction = NonNullable<ResultOf<typeof TRANSACTION>['transaction']>;

export function Component() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [{ data, error }, reread] = useAnswer(TRANSACTION, { id });
  const transaction = data?.transaction;
  const unfinished = transaction?.processedAt === null;
  useLive(
    TRANSACTION_CHANGED,
    { filter: { correlationId: transaction?.correlationId ?? '' } },
    {
      enabled: unfinished,
      onStart: reread,
      onEvent: reread,
      cursorOf: ({ transactionChanged }) => transactionChanged.cursor,
    },
  );
  return (
    <Page
      title={transaction?.transactionId ?? id}
      parent={{ to: '/transactions', label: t('nav.transactions') }}
      actions={transaction != null && <StateBadge state={transaction.status} />}
    >
      {error !== undefined && <ErrorNotice error={error} onRetry={reread} />}
      {data === undefined && error === undefined && <Loading />}
      {transaction === null && <Empty title={t('transactions.notFound')} />}
      {transaction != null && <Detail {...transaction} />}
    </Page>
  );
}

function Detail(transaction: Transaction) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title={t('transactions.call')}>
          <CallFacts {...transaction} />
        </Section>
        <Section title={t('transactions.outcome')}>
          <OutcomeFacts {...transaction} />
        </Section>
      </SimpleGrid>
      {transaction.deliveries.length > 0 && (
        <Section title={t('transactions.callbacks')}>
          <Callbacks deliveries={transaction.deliveries} />
        </Section>
      )}
      {transaction.accessDecision != null && (
        <Section title={t('transactions.decision')}>
          <Decision decision={transaction.accessDecision} senderId={transaction.sender?.senderId} />
        </Section>
      )}
      <Payloads id={transaction.id} />
    </>
  );
}

function CallFacts({ sender, ...call }: Transaction) {
  const { t } = useTranslation();
  const channelOf = useChannel();
  return (
    <Facts
      items={[
        [
          t('field.sender'),
          sender === null ? (
            t('transactions.unknown')
          ) : (
            <Anchor component={Link} to={`/senders/${sender.senderId}`} size="sm">
              {sender.name}
            </Anchor>
          ),
        ],
        [t('field.operation'), call.operation === null ? null : t(`operation.${call.operation}`)],
        [t('field.registry'), call.registry === null ? null : t(`registry.${call.registry}`)],
        [t('field.channel'), channelOf(call.channel)],
        [t('field.action'), <CodeText key="action" text={call.action} />],
        [t('field.messageId'), <CodeText key="message" text={call.messageId} />],
        [t('field.correlationId'), <CodeText key="correlation" text={call.correlationId} />],
      ]}
    />
  );
}

function OutcomeFacts(call: Transaction) {
  const { t } = useTranslation();
  return (
    <Facts
      items={[
        [t('field.receivedAt'), <Time key="received" value={call.receivedAt} />],
        [t('field.processedAt'), <Time key="processed" value={call.processedAt} />],
        [t('field.duration'), formatMs(call.durationMs)],
        [t('field.items'), t('transactions.itemsOf', { done: call.itemsDone, count: call.itemCount })],
        [t('field.records'), String(call.recordCount)],
        [t('field.statusReason'), [call.statusReasonCode, call.statusReasonMessage].filter(Boolean).join(' · ')],
        [t('field.errorId'), call.errorId],
        [t('field.contentHash'), <CodeText key="hash" text={call.contentHash} />],
        [t('transactions.seal'), call.seal === null ? t('transactions.unsealed') : String(call.seal.sequence)],
      ]}
    />
  );
}
