import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { BehindReason } from '../shared/behind-reason.js';
import { CodeText } from '../shared/code-text.js';
import { ErrorNotice } from '../shared/error-notice.js';
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
  const [{ data, error, fetching }] = useQuery({
    query: DELIVERY_EXCERPTS,
    variables: { id, reason },
    requestPolicy: 'network-only',
  });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={onBack} />;
  if (fetching || data?.delivery == null) return null;
  return (
    <Stack gap="xs">
      {data.delivery.attempts.map(({ id: attempt, at, responseExcerpt }) => (
        <div key={attempt}>
          <Time value={at} /> <CodeText text={responseExcerpt ?? t('payload.none')} />
        </div>
      ))}
    </Stack>
  );
}
