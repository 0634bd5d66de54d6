import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';
import { problemOf } from './problem.js';

/** What went wrong in the gateway's own words, and a way to try again. */
export function ErrorNotice({ error, onRetry }: { error: CombinedError; onRetry?: () => void }) {
  const { t } = useTranslation();
  const { code, message } = problemOf(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle />} role="alert" title={t(`problem.${code}`)}>
      <Group justify="space-between" align="flex-end">
        <Text size="sm" className="wrap-anywhere">
          {message}
        </Text>
        {onRetry !== undefined && (
          <Button variant="default" onClick={onRetry}>
            {t('state.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
