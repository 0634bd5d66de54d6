import { Alert, Stack, Tabs } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { PAYLOAD_READERS, useMay } from '../session/me.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { JsonView } from '../shared/json-view.js';
import { ReasonForm } from '../shared/reason-form.js';
import { Section } from '../shared/section.js';
import { TRANSACTION_PAYLOADS } from './transaction.document.js';

/** Personal data: only for those who may, only with a reason, and the reason goes on record before anything is shown. */
export function Payloads({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay(PAYLOAD_READERS);
  const [reason, setReason] = useState<string>();
  return (
    <Section title={t('payload.title')}>
      {!may && (
        <Alert icon={<IconLock />} color="gray">
          {t('payload.refused')}
        </Alert>
      )}
      {may && reason === undefined && <ReasonForm open={t('payload.open')} onGiven={setReason} />}
      {may && reason !== undefined && <OpenPayloads id={id} reason={reason} onBack={() => setReason(undefined)} />}
    </Section>
  );
}

function OpenPayloads({ id, reason, onBack }: { id: string; reason: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [{ data, error, fetching }] = useQuery({
    query: TRANSACTION_PAYLOADS,
    variables: { id, reason },
    requestPolicy: 'network-only',
  });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={onBack} />;
  if (fetching || data?.transaction == null) return null;
  const { requestData, responseData } = data.transaction;
  return (
    <Tabs defaultValue="request">
      <Tabs.List>
        <Tabs.Tab value="request">{t('payload.request')}</Tabs.Tab>
        <Tabs.Tab value="response">{t('payload.response')}</Tabs.Tab>
      </Tabs.List>
      <Stack pt="sm">
        <PayloadTab name="request" value={requestData} />
        <PayloadTab name="response" value={responseData} />
      </Stack>
    </Tabs>
  );
}

function PayloadTab({ name, value }: { name: 'request' | 'response'; value: unknown }) {
  const { t } = useTranslation();
  return (
    <Tabs.Panel value={name}>
      {value === null ? t('payload.none') : <JsonView value={value} label={t(`payload.${name}`)} />}
    </Tabs.Panel>
  );
}
