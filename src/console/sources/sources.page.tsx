import { Alert, Group, Progress, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Facts } from '../shared/facts.js';
import { Loading } from '../shared/loading.js';
import { Page } from '../shared/page.js';
import { Section } from '../shared/section.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { useRefresh } from '../shared/use-refresh.js';
import { ApplySource } from './apply-source.js';
import { SourceActions } from './source-actions.js';
import type { Source } from './source.types.js';
import { SOURCES } from './sources.document.js';

const REFRESH_MS = 2000;

export function Component() {
  const { t } = useTranslation();
  const [answer, reload] = useAnswer(SOURCES, {});
  const { data, error, fetching } = answer;
  useRefresh(answer, reload, REFRESH_MS);
  return (
    <Page title={t('nav.sources')} lead={t('sources.lead')} actions={<ApplySource onDone={reload} />}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {data === undefined && fetching && <Loading />}
      {data?.sources.length === 0 && <Empty title={t('sources.empty')} hint={t('sources.emptyHint')} />}
      {data?.sources.map((source) => (
        <SourceSection key={source.name} {...source} onDone={reload} />
      ))}
    </Page>
  );
}

function SourceSection({ onDone, ...source }: Source & { onDone: () => void }) {
  const { t } = useTranslation();
  const { name, state, lastError, notice, progress } = source;
  return (
    <Section title={name} actions={<SourceActions name={name} state={state} mode={source.mode} onDone={onDone} />}>
      <Stack gap="sm">
        {lastError !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} title={t('sources.lastError')}>
            <Text size="sm" className="wrap-anywhere">
              {lastError}
            </Text>
          </Alert>
        )}
        {notice !== null && (
          <Alert color="gray" icon={<IconInfoCircle />}>
            <Text size="sm" className="wrap-anywhere">
              {notice}
            </Text>
          </Alert>
        )}
        {progress !== null && (
          <Progress.Root size="lg">
            <Progress.Section value={progress * 100} aria-label={t('sources.progress')} />
          </Progress.Root>
        )}
        <SourceFacts {...source} />
        {source.refusals.length > 0 && <Refusals {...source} />}
      </Stack>
    </Section>
  );
}

function SourceFacts({ kind, mode, state, registries, followedBy, lagSeconds, lastChangeAt, ...counts }: Source) {
  const { t } = useTranslation();
  const { served, withheld, refused } = counts;
  return (
    <Facts
      items={[
        [t('field.state'), <StateBadge key="state" state={state} />],
        [t('sources.kind'), `${kind} · ${t(`sourceMode.${mode}`)}`],
        [t('field.registry'), registries.map((registry) => t(`registry.${registry}`)).join(', ')],
        [t('sources.followedBy'), followedBy === null ? null : t(`sourceFollowing.${followedBy}`)],
        [t('sources.lag'), lagSeconds === null ? null : t('sources.seconds', { count: lagSeconds })],
        [t('sources.served'), t('sources.counts', { served, withheld, refused })],
        [t('sources.lastChangeAt'), <Time key="change" value={lastChangeAt} />],
      ]}
    />
  );
}

function Refusals({ refusals }: Source) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('sources.refusals')}
      </Text>
      {refusals.map(({ entry, path, reason, count }) => (
        <Group key={`${entry} ${path} ${reason}`} gap="xs">
          <Text size="sm" className="number">
            {count}
          </Text>
          <Text size="sm" className="wrap-anywhere">
            <span className="mono">{[entry, path].filter(Boolean).join('.')}</span> {reason}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
