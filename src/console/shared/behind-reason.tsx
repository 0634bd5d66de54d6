import { Alert } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PAYLOAD_READERS, useMay } from '../session/me.js';
import { ReasonForm } from './reason-form.js';
import { Section } from './section.js';

interface BehindReasonProps {
  title: string;
  /** On the button. */
  open: string;
  /** What is asked for with the reason, and the way back to give another. */
  children: (reason: string, onBack: () => void) => ReactNode;
}

/** Personal data: only for those who may, only with a reason, and the reason goes on record before anything is shown. */
export function BehindReason({ title, open, children }: BehindReasonProps) {
  const { t } = useTranslation();
  const may = useMay(PAYLOAD_READERS);
  const [reason, setReason] = useState<string>();
  return (
    <Section title={title}>
      {!may && (
        <Alert icon={<IconLock />} color="gray">
          {t('payload.refused')}
        </Alert>
      )}
      {may && reason === undefined && <ReasonForm open={open} onGiven={setReason} />}
      {may && reason !== undefined && children(reason, () => setReason(undefined))}
    </Section>
  );
}
