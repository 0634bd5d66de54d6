import { Alert, Button, Text } from '@mantine/core';
import { IconInfoCircle, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useReadOnce } from '../graphql/use-read-once.js';
import { useMe } from '../session/me.js';
import { DownloadMenu } from '../shared/download-menu.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Facts } from '../shared/facts.js';
import { downloadFile } from '../shared/files.js';
import { Loading } from '../shared/loading.js';
import type { Making } from '../shared/making-file.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import { ACCESS_REPORT } from './access-report.document.js';
import type { AccessReport } from './access-report.types.js';
import type { ReportQuestion } from './ask-report.js';
import { Disclosures } from './disclosure-table.js';
import { Readings } from './reading-table.js';

const zone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The most that the gateway gives at once. */
const FIRST = 1000;
const KINDS = ['csv', 'json'] as const;

export function Report({ question }: { question: ReportQuestion }) {
  const { t } = useTranslation();
  const [answer, again] = useReadOnce(ACCESS_REPORT, { ...question, first: FIRST });
  if (answer?.error !== undefined) return <ErrorNotice error={answer.error} onRetry={again} />;
  if (answer?.data === undefined) return <Loading />;
  const report = answer.data.accessReport;
  const { complete, notAsked, disclosures, readings } = report;
  return (
    <>
      <Heading question={question} report={report} />
      {notAsked.length > 0 && (
        <Alert color="red" icon={<IconInfoCircle />}>
          {t('accessReport.notAsked', { registries: notAsked.map((name) => t(`registry.${name}`)).join(', ') })}
        </Alert>
      )}
      {!complete && notAsked.length === 0 && (
        <Alert color="yellow" icon={<IconInfoCircle />}>
          {t('accessReport.more')}
        </Alert>
      )}
      <Disclosures rows={disclosures} />
      <Readings rows={readings} />
    </>
  );
}

/** What the sheet says of itself, so that it can be read apart from this page. */
function Heading({ question, report: { at, registries } }: { question: ReportQuestion; report: AccessReport }) {
  const { t } = useTranslation();
  const { subject } = useMe();
  const { registry, identifier, reason } = question;
  const save = (format: (typeof KINDS)[number], making: Making): Promise<void> =>
    downloadFile({
      name: `access-report.${format}`,
      path: 'access-reports',
      question: { ...(registry == null ? {} : { registry }), identifier, reason, format },
      ...making,
    });
  const found = registries.map((name) => t(`registry.${name}`)).join(', ');
  return (
    <Section
      title={t('accessReport.title')}
      actions={
        <>
          <Button variant="default" leftSection={<IconPrinter size={14} aria-hidden />} onClick={() => window.print()}>
            {t('accessReport.print')}
          </Button>
          <DownloadMenu kinds={KINDS} save={save} />
        </>
      }
    >
      <Text size="sm" mb="sm" maw="100ch">
        {t('accessReport.intro')}
      </Text>
      <Facts
        items={[
          [t('accessReport.person'), `${identifier.type} ${identifier.value}`],
          [t('accessReport.asked'), registry == null ? t('accessReport.everywhere') : t(`registry.${registry}`)],
          [t('accessReport.found'), found === '' ? t('accessReport.foundNone') : found],
          [t('accessReport.period'), <Period key="period" until={at} />],
          [t('accessReport.madeBy'), subject],
          [
            t('accessReport.gateway'),
            <span key="gateway" className="mono">
              {window.location.host}
            </span>,
          ],
          [t('field.reason'), reason],
        ]}
      />
    </Section>
  );
}

function Period({ until }: { until: string }) {
  const { t } = useTranslation();
  return (
    <>
      {t('accessReport.until')} <Time value={until} whole /> <span className="mono">{zone()}</span>
    </>
  );
}
