import { Alert, List } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Gap } from './gaps.js';

/** Each of them with what comes of it, and what closes it. */
export function GapList({ gaps }: { gaps: Gap[] }) {
  const { t } = useTranslation();
  const none = gaps.length === 0;
  return (
    <Alert
      mb="md"
      color={none ? 'teal' : 'yellow'}
      icon={none ? <IconCircleCheck /> : <IconAlertTriangle />}
      title={t(none ? 'gaps.none' : 'gaps.title')}
    >
      {!none && (
        <List size="sm" aria-label={t('gaps.title')}>
          {gaps.map(({ kind, registries = [] }) => (
            <List.Item key={kind}>
              {t(`gaps.${kind}`, { registries: registries.map((one) => t(`registry.${one}`)).join(', ') })}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
