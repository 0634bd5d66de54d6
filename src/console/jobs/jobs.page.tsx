import { Alert, Badge, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import type { ResultOf } from '../graphql/graphql.js';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { ConnectionTable } from '../shared/connection-table.js';
import { formatSeconds } from '../shared/duration.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import { useConnection } from '../shared/use-connection.js';
import { useRefresh } from '../shared/use-refresh.js';
import { KNOWN_JOBS } from './known-jobs.js';
import { JOBS, QUEUES, RUN_JOB } from './jobs.document.js';

const REFRESH_MS = 5000;

type Job = ResultOf<typeof JOBS>['jobs']['nodes'][number];

export function Component() {
  const { t } = useTranslation();
  const page = useConnection(JOBS, {}, { pick: ({ jobs }) => jobs, types: ['Job'] });
  useRefresh(page, page.reload, REFRESH_MS);
  return (
    <Page title={t('nav.jobs')} lead={t('jobs.lead')}>
      <Queues />
      <ConnectionTable<Job>
        label={t('nav.jobs')}
        page={page}
        columns={[
          { header: t('field.name'), cell: ({ id }) => <JobName id={id} /> },
          { header: t('field.every'), cell: ({ every }) => inWords(every) },
          { header: t('field.state'), cell: (job) => <JobState {...job} /> },
          { header: t('field.lastRunAt'), cell: ({ lastRunAt }) => <Time value={lastRunAt} /> },
          { header: t('field.nextRunAt'), cell: ({ nextRunAt }) => <Time value={nextRunAt} /> },
          { header: t('field.failedAt'), cell: ({ failedAt }) => <Time value={failedAt} /> },
          { header: t('field.problem'), cell: ({ failReason }) => failReason ?? '—' },
          { header: t('field.actions'), cell: (job) => <RunNow {...job} /> },
        ]}
        empty={{ title: t('jobs.empty'), hint: t('jobs.emptyHint') }}
      />
    </Page>
  );
}

/** Its name, and what it is for. */
function JobName({ id }: Pick<Job, 'id'>) {
  const { t } = useTranslation();
  const known = KNOWN_JOBS.find((one) => one === id);
  return (
    <>
      <span className="mono">{id}</span>
      {known !== undefined && (
        <Text size="xs" c="dimmed" fw={400}>
          {t(`jobs.does.${known}`)}
        </Text>
      )}
    </>
  );
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** `10 seconds`, as the job store has it, in units of every language. */
function inWords(every: string | null): string {
  const [, count, unit] = /^(\d+) (second|minute|hour|day)s?$/.exec(every ?? '') ?? [];
  return unit === undefined ? (every ?? '—') : formatSeconds(Number(count) * SECONDS[unit as keyof typeof SECONDS]);
}

function RunNow({ id, running }: Job) {
  const { t } = useTranslation();
  return (
    <ActionButton
      document={RUN_JOB}
      variables={{ name: id }}
      label={t('jobs.runNow')}
      done={t('jobs.due', { name: id })}
      roles={RUNNERS}
      size="compact-xs"
      disabledBecause={running ? t('jobs.runsNow') : undefined}
    />
  );
}

function JobState({ running, failedAt, lastFinishedAt }: Job) {
  const { t } = useTranslation();
  const failing = failedAt !== null && failedAt >= (lastFinishedAt ?? '');
  const [state, color] = running
    ? (['running', 'blue'] as const)
    : failing
      ? (['failing', 'red'] as const)
      : (['waiting', 'gray'] as const);
  return (
    <Badge variant="light" size="sm" radius="sm" color={color} className={`state state-${color}`}>
      {t(`jobs.${state}`)}
    </Badge>
  );
}

/** Rows that wait to be worked on, whatever the job store does. */
function Queues() {
  const { t } = useTranslation();
  const [answer, reread] = useAnswer(QUEUES, {});
  useRefresh(answer, reread, REFRESH_MS);
  if (answer.error !== undefined) return <ErrorNotice error={answer.error} onRetry={reread} />;
  if (answer.data === undefined) return null;
  const { store, queues } = answer.data.overview.jobs;
  return (
    <>
      {!store.up && (
        <Alert color="red" icon={<IconAlertTriangle />}>
          {t('jobs.storeDown', { name: store.name })}
        </Alert>
      )}
      <Section title={t('jobs.queues')}>
        {queues.map(({ id, waiting, oldestDueAt, running }) => (
          <div key={id}>
            <JobName id={id} />
            <Text size="sm">
              {t('jobs.queue', { waiting, running })} {oldestDueAt !== null && <Time value={oldestDueAt} />}
            </Text>
          </div>
        ))}
      </Section>
    </>
  );
}
