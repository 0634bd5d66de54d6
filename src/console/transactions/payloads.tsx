import { Stack, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useReadOnce } from '../graphql/use-read-once.js';
import { BehindReason } from '../shared/behind-reason.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { JsonView } from '../shared/json-view.js';
import { Loading } from '../shared/loading.js';
import { TRANSACTION_PAYLOADS } from './transaction.document.js';

export function Payloads({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <BehindReason title={t('payload.title')} open={t('payload.open')}>
      {(reason, onBack) => <OpenPayloads id={id} reason={reason} onBack={onBack} />}
    </BehindReason>
  );
}

function OpenPayloads({ id, reason, onBack }: { id: string; reason: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [answer] = useReadOnce(TRANSACTION_PAYLOADS, { id, reason });
  if (answer?.error !== undefined) return <ErrorNotice error={answer.error} onRetry={onBack} />;
  if (answer === undefined) return <Loading />;
  if (answer.data?.transaction == null) return t('payload.none');
  const { requestData, responseData } = answer.data.transaction;
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
