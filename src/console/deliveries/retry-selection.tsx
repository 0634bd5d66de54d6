import { Button, Group, Paper, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { RETRY_DELIVERY } from './deliveries.document.js';

interface RetrySelectionProps {
  ids: ReadonlySet<string>;
  onDone: () => void;
}

/** Makes the chosen deliveries due at once, one after the other; what is refused is counted and told. */
export function RetrySelection({ ids, onDone }: RetrySelectionProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [progress, setProgress] = useState<{ done: number; refused: number; of: number }>();
  const run = async (): Promise<void> => {
    const chosen = [...ids];
    let refused = 0;
    for (const [done, id] of chosen.entries()) {
      setProgress({ done, refused, of: chosen.length });
      const { error } = await client.mutation(RETRY_DELIVERY, { id }).toPromise();
      if (error !== undefined) refused += 1;
    }
    setProgress({ done: chosen.length, refused, of: chosen.length });
  };
  const finished = progress !== undefined && progress.done === progress.of;
  return (
    <Paper p="sm" component="section" aria-label={t('deliveries.selection')}>
      <Group justify="space-between">
        <Text size="sm" role="status">
          {progress === undefined
            ? t('deliveries.selected', { count: ids.size })
            : t('deliveries.progress', { done: progress.done, count: progress.of, refused: progress.refused })}
        </Text>
        {progress === undefined && <Button onClick={() => void run()}>{t('deliveries.retrySelected')}</Button>}
        {finished && (
          <Button variant="default" onClick={onDone}>
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
