import { Button, Group, Paper, Stepper } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AgreementValues } from '../agreements/agreement-values.js';
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

interface Made extends ClientSecret {
  senderId: string;
}

/** Onboarding in one sitting: each step takes effect at once, so it may be left at any point and gone on with later. */
export function Component() {
  const { t } = useTranslation();
  const [step, setStep] = useState(0);
  const [made, setMade] = useState<Made>();
  const created = (sender: Made): void => {
    setMade(sender);
    setStep(1);
  };
  return (
    <Page
      title={t('onboarding.title')}
      lead={t('onboarding.lead')}
      parent={{ to: '/senders', label: t('nav.senders') }}
    >
      <Paper>
        <Stepper active={step} size="sm" mb="lg" aria-label={t('onboarding.title')}>
          {STEPS.map((name) => (
            <Stepper.Step
              key={name}
              label={t(`onboarding.${name}`)}
              description={t(`onboarding.${name}Hint`)}
              allowStepSelect={false}
            />
          ))}
        </Stepper>
        {made === undefined ? (
          <IdentityStep onDone={created} />
        ) : (
          <LaterStep made={made} step={step} onStep={setStep} />
        )}
      </Paper>
    </Page>
  );
}

function LaterStep({ made, step, onStep }: { made: Made; step: number; onStep: (step: number) => void }) {
  const { t } = useTranslation();
  const [{ data }] = useSender(made.senderId);
  const [agreement, setAgreement] = useState(0);
  const [agreed, setAgreed] = useState<AgreementValues>();
  const sender = data?.sender;
  if (sender == null) return <Loading />;
  const next = (): void => {
    if (step === 2 && agreement + 1 < sender.registries.length) setAgreement(agreement + 1);
    else onStep(step + 1);
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
          <SecretNotice {...made} />
          <SenderKeys sender={sender} />
        </>
      )}
      {step === 2 && <AgreementStep sender={sender} index={agreement} previous={agreed} onDone={agree} />}
      {step === 3 && (
        <>
          <GapList gaps={gapsOf(sender, data?.agreements.nodes ?? [])} />
          <FirstCall sender={sender} clientSecret={made.clientSecret} />
        </>
      )}
      <Group justify="space-between" mt="lg">
        <Button variant="default" disabled={step <= 1} onClick={() => onStep(step - 1)}>
          {t('action.back')}
        </Button>
        {step < LAST ? (
          <Button variant={skips ? 'default' : 'filled'} onClick={next}>
            {t(skips ? 'action.skip' : 'action.next')}
          </Button>
        ) : (
          <Button component={Link} to={`/senders/${encodeURIComponent(made.senderId)}`}>
            {t('action.finish')}
          </Button>
        )}
      </Group>
    </>
  );
}
