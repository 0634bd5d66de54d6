import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useReadOnce } from '../graphql/use-read-once.js';
import { BehindReason } from '../shared/behind-reason.js';
import { CodeText } from '../shared/code-text.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Loading } from '../shared/loading.js';
import { Time } from '../shared/time.js';
import { DELIVERY_EXCERPTS } from './deliveries.document.js';

/** What the receiver answered: it may repeat the message, so it is read as payloads are. */
export function Excerpts({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <BehindReason title={t('deliveries.excerpts')} open={t('deliveries.openExcerpts')}>
      {(reason, onBack) => <OpenExcerpts id={id} reason={reason} onBack={onBack} />}
    </BehindReason>
  );
}

function OpenExcerpts({ id, reason, onBack }: { id: string; reason: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [answer] = useReadOnce(DELIVERY_EXCERPTS, { id, reason });
  if (answer?.error !== undefined) return <ErrorNotice error={answer.error} onRetry={onBack} />;
  if (answer === undefined) return <Loading />;
  if (answer.data?.delivery == null) return t('payload.none');
  return (
    <Stack gap="xs">
      {answer.data.delivery.attempts.map(({ id: attempt, at, responseExcerpt }) => (
        <div key={attempt}>
          <Time value={at} /> <CodeText text={responseExcerpt ?? t('payload.none')} />
        </div>
      ))}
    </Stack>
  );
}
