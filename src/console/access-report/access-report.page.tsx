import { Alert } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PAYLOAD_READERS, useMay } from '../session/me.js';
import { Page } from '../shared/page.js';
import { AskReport, type ReportQuestion } from './ask-report.js';
import { Report } from './report.js';

export function Component() {
  const { t } = useTranslation();
  const may = useMay(PAYLOAD_READERS);
  return (
    <Page title={t('nav.accessReport')} lead={t('accessReport.lead')}>
      {may ? (
        <Asking />
      ) : (
        <Alert icon={<IconLock />} color="gray">
          {t('accessReport.refused')}
        </Alert>
      )}
    </Page>
  );
}

/** Who is asked about stays out of the address, since addresses are kept and logged. */
function Asking() {
  const [asked, setAsked] = useState<{ question: ReportQuestion; turn: number }>();
  return (
    <>
      <AskReport onAsk={(question) => setAsked((before) => ({ question, turn: (before?.turn ?? 0) + 1 }))} />
      {asked !== undefined && <Report key={asked.turn} question={asked.question} />}
    </>
  );
}
