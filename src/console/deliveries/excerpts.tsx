import { Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { PAYLOAD_READERS, useMay } from '../session/me.js';
import { CodeText } from '../shared/code-text.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { ReasonForm } from '../shared/reason-form.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import { DELIVERY_EXCERPTS } from './deliveries.document.js';

/** What the receiver answered: it may repeat the message, so it is read as payloads are. */
export function Excerpts({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay(PAYLOAD_READERS);
  const [reason, setReason] = useState<string>();
  if (!may) return null;
  return (
    <Section title={t('deliveries.excerpts')}>
      {reason === undefined ? (
        <ReasonForm open={t('deliveries.openExcerpts')} onGiven={setReason} />
      ) : (
        <OpenExcerpts id={id} reason={reason} onBack={() => setReason(undefined)} />
      )}
    </Section>
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
