import { useTranslation } from 'react-i18next';
import { useReadOnce } from '../graphql/use-read-once.js';
import { BehindReason } from '../shared/behind-reason.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { JsonView } from '../shared/json-view.js';
import { Loading } from '../shared/loading.js';
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
  const [answer] = useReadOnce(DELIVERY_MESSAGE, { id, reason });
  if (answer?.error !== undefined) return <ErrorNotice error={answer.error} onRetry={onBack} />;
  if (answer === undefined) return <Loading />;
  if (answer.data?.delivery == null) return t('payload.none');
  const { message } = answer.data.delivery;
  if (message === null) return t('deliveries.noMessage');
  return <JsonView value={message} label={t('deliveries.sentMessage')} />;
}
