import { Alert, SimpleGrid } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { EndpointHealth } from './endpoint-health.js';
import { FirstCall } from './first-call.js';
import { LastCallSection } from './last-call.js';
import { LastDay } from './last-day.js';
import { OutboundSection } from './outbound.js';
import { SenderActions } from './sender-actions.js';
import { SenderAgreements } from './sender-agreements.js';
import { AccessFacts, IdentityFacts } from './sender-facts.js';
import { SenderKeys } from './sender-keys.js';
import { SenderLinks } from './sender-links.js';
import type { LastCall, Sender, SenderAgreement } from './sender.types.js';
import { useSender } from './use-sender.js';
import { warningText } from './warning-text.js';

export function Component() {
  const { t } = useTranslation();
  const { senderId = '' } = useParams();
  const [{ data, error }, reload] = useSender(senderId);
  const sender = data?.sender;
  return (
    <Page
      title={sender?.name ?? senderId}
      parent={{ to: '/senders', label: t('nav.senders') }}
      actions={sender != null && <SenderActions {...sender} />}
    >
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading />}
      {sender === null && <Empty title={t('senders.notFound')} />}
      {sender != null && (
        <Detail sender={sender} agreements={data?.agreements.nodes ?? []} call={data?.transactions.nodes[0]} />
      )}
    </Page>
  );
}

interface DetailProps {
  sender: Sender;
  agreements: SenderAgreement[];
  call: LastCall | undefined;
}

function Detail({ sender, agreements, call }: DetailProps) {
  const { t } = useTranslation();
  return (
    <>
      {sender.warnings.map((warning) => (
        <Alert key={warning} color="orange" icon={<IconAlertTriangle />}>
          {warningText(warning)}
        </Alert>
      ))}
      {sender.state === 'SUSPENDED' && (
        <Alert color="red" icon={<IconAlertTriangle />}>
          {t('senders.suspendedBecause', { reason: sender.suspendedReason ?? '—' })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <LastDay {...sender} />
        <LastCallSection call={call} />
      </SimpleGrid>
      <EndpointHealth {...sender} />
      <SenderAgreements senderId={sender.senderId} agreements={agreements} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title={t('senders.identity')}>
          <IdentityFacts {...sender} />
        </Section>
        <Section title={t('senders.access')} actions={<SenderLinks senderId={sender.senderId} />}>
          <AccessFacts {...sender} />
        </Section>
      </SimpleGrid>
      <Section title={t('senders.keys')}>
        <SenderKeys sender={sender} />
      </Section>
      <OutboundSection senderId={sender.senderId} outbound={sender.outbound} />
      <Section title={t('onboarding.firstCall')}>
        <FirstCall sender={sender} />
      </Section>
    </>
  );
}
