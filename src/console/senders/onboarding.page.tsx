import { Alert, Button, Group, Paper, Stepper } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { AgreementValues } from '../agreements/agreement-values.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { AgreementStep } from './agreement-step.js';
import { FirstCall } from './first-call.js';
import { GapList } from './gap-list.js';
import { gapsOf } from './gaps.js';
import { IdentityStep } from './identity-step.js';
import { SecretNotice, type ClientSecret } from './secret-dialog.js';
import { SenderKeys } from './sender-keys.js';
import { useSender } from './use-sender.js';

const STEPS = ['identity', 'keys', 'agreement', 'firstCall'] as const;
const LAST = STEPS.length - 1;

/** How far it is; in the address, so that a page that is loaded again goes on, and makes nothing twice. */
interface Place {
  senderId: string;
  step: number;
  /** Which of the sender's registries is to be agreed on. */
  agreement: number;
}

function usePlace(): [Place | undefined, (place: Place) => void] {
  const [search, setSearch] = useSearchParams();
  const senderId = search.get('sender');
  const number = (name: string): number => Number(search.get(name)) || 0;
  const go = ({ senderId: sender, ...numbers }: Place): void =>
    setSearch({ sender, step: String(numbers.step), agreement: String(numbers.agreement) }, { replace: true });
  const step = Math.min(Math.max(number('step'), 1), LAST);
  return [senderId === null ? undefined : { senderId, step, agreement: number('agreement') }, go];
}

/** Onboarding in one sitting: each step takes effect at once, so it may be left at any point and gone on with later. */
export function Component() {
  const { t } = useTranslation();
  const [place, go] = usePlace();
  const [secret, setSecret] = useState<ClientSecret>();
  const created = ({ senderId, ...shownOnce }: ClientSecret & { senderId: string }): void => {
    setSecret(shownOnce);
    go({ senderId, step: 1, agreement: 0 });
  };
  return (
    <Page
      title={t('onboarding.title')}
      lead={t('onboarding.lead')}
      parent={{ to: '/senders', label: t('nav.senders') }}
    >
      <Paper>
        <Stepper active={place?.step ?? 0} size="sm" mb="lg" aria-label={t('onboarding.title')}>
          {STEPS.map((name) => (
            <Stepper.Step
              key={name}
              label={t(`onboarding.${name}`)}
              description={t(`onboarding.${name}Hint`)}
              allowStepSelect={false}
            />
          ))}
        </Stepper>
        {place === undefined ? (
          <IdentityStep onDone={created} />
        ) : (
          <LaterStep place={place} secret={secret} onGo={go} />
        )}
      </Paper>
    </Page>
  );
}

interface LaterStepProps {
  place: Place;
  /** Unknown once the page was loaded again: only its hash is kept. */
  secret: ClientSecret | undefined;
  onGo: (place: Place) => void;
}

function LaterStep({ place, secret, onGo }: LaterStepProps) {
  const { t } = useTranslation();
  const { senderId, step } = place;
  const [{ data, error }, reload] = useSender(senderId);
  const [agreed, setAgreed] = useState<AgreementValues>();
  const sender = data?.sender;
  if (sender === null) return <Empty title={t('senders.notFound')} />;
  if (sender === undefined) return error ? <ErrorNotice error={error} onRetry={reload} /> : <Loading />;
  const agreement = Math.min(place.agreement, sender.registries.length - 1);
  const next = (): void => {
    if (step === 2 && agreement + 1 < sender.registries.length) onGo({ ...place, agreement: agreement + 1 });
    else onGo({ ...place, step: step + 1 });
  };
  const skips = step === 2 || sender.keys.length === 0;
  const agree = (values: AgreementValues): void => {
    setAgreed(values);
    next();
  };
  return (
    <>
      {step === 1 && (
        <>
          {secret === undefined ? <Alert mb="md">{t('onboarding.secretGone')}</Alert> : <SecretNotice {...secret} />}
          <SenderKeys sender={sender} />
        </>
      )}
      {step === 2 && <AgreementStep sender={sender} index={agreement} previous={agreed} onDone={agree} />}
      {step === 3 && (
        <>
          <GapList gaps={gapsOf(sender, data?.agreements.nodes ?? [])} />
          <FirstCall sender={sender} clientSecret={secret?.clientSecret} />
        </>
      )}
      <Group justify="space-between" mt="lg">
        <Button variant="default" disabled={step <= 1} onClick={() => onGo({ ...place, step: step - 1 })}>
          {t('action.back')}
        </Button>
        {step < LAST ? (
          <Button variant={skips ? 'default' : 'filled'} onClick={next}>
            {t(skips ? 'action.skip' : 'action.next')}
          </Button>
        ) : (
          <Button component={Link} to={`/senders/${encodeURIComponent(senderId)}`}>
            {t('action.finish')}
          </Button>
        )}
      </Group>
    </>
  );
}
