import { Button, Group, Paper, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { problemOf } from '../shared/problem.js';
import { RETRY_DELIVERY } from './deliveries.document.js';

interface RetrySelectionProps {
  ids: ReadonlySet<string>;
  /** With those that were refused, which stay chosen. */
  onDone: (refused: ReadonlySet<string>) => void;
}

/** Makes the chosen deliveries due at once, one after the other; what is refused is counted and told. */
export function RetrySelection({ ids, onDone }: RetrySelectionProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [progress, setProgress] = useState<{ done: number; refused: ReadonlySet<string>; why?: string; of: number }>();
  const run = async (): Promise<void> => {
    const chosen = [...ids];
    const refused = new Map<string, string>();
    for (const [done, id] of [...chosen, undefined].entries()) {
      const [why] = refused.values();
      setProgress({ done, refused: new Set(refused.keys()), of: chosen.length, ...(why === undefined ? {} : { why }) });
      if (id === undefined) return;
      const { error } = await client.mutation(RETRY_DELIVERY, { id }).toPromise();
      if (error !== undefined) refused.set(id, problemOf(error).message);
    }
  };
  const finished = progress !== undefined && progress.done === progress.of;
  return (
    <Paper p="sm" component="section" aria-label={t('deliveries.selection')}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {progress === undefined
            ? t('deliveries.selected', { count: ids.size })
            : t('deliveries.progress', {
                done: progress.done - progress.refused.size,
                count: progress.of,
                refused: progress.refused.size,
              })}
          {progress?.why !== undefined && ` (${progress.why})`}
        </Text>
        {progress === undefined && <Button onClick={() => void run()}>{t('deliveries.retrySelected')}</Button>}
        {finished && (
          <Button
            variant="default"
            onClick={() => {
              onDone(progress.refused);
              setProgress(undefined);
            }}
          >
            {t('action.close')}
          </Button>
        )}
      </Group>
      {progress !== undefined && (
        <Progress mt="xs" value={(progress.done / progress.of) * 100} aria-label={t('deliveries.selection')} />
      )}
    </Paper>
  );
}
