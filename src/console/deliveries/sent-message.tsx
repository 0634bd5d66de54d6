import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { BehindReason } from '../shared/behind-reason.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { JsonView } from '../shared/json-view.js';
import { DELIVERY_MESSAGE } from './deliveries.document.js';

/** The message as it was or will be sent, without its signature. */
export function SentMessage({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <BehindReason title={t('deliveries.sentMessage')} open={t('deliveries.openMessage')}>
      {(reason, onBack) => <OpenMessage id={id} reason={reason} onBack={onBack} />}
    </BehindReason>
  );
}

function OpenMessage({ id, reason, onBack }: { id: string; reason: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [{ data, error, fetching }] = useQuery({
    query: DELIVERY_MESSAGE,
    variables: { id, reason },
    requestPolicy: 'network-only',
  });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={onBack} />;
  if (fetching || data?.delivery == null) return null;
  const { message } = data.delivery;
  if (message === null) return t('deliveries.noMessage');
  return <JsonView value={message} label={t('deliveries.sentMessage')} />;
}
