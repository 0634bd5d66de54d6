import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DeliveryRow } from './delivery.types.js';

/** What kind of message it is; a test is told from news. */
export function Action({ action, test }: Pick<DeliveryRow, 'action' | 'test'>) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap" display="inline-flex">
      <span className="mono nowrap">{action}</span>
      {test && (
        <Badge variant="light" color="gray" size="sm" radius="sm" className="state state-gray">
          {t('deliveries.test')}
        </Badge>
      )}
    </Group>
  );
}
