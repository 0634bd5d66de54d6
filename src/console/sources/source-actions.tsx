import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { PAUSE_SOURCE, REMOVE_SOURCE, RESUME_SOURCE, RESYNC_SOURCE } from './sources.document.js';
import type { Source } from './source.types.js';

interface SourceActionsProps extends Pick<Source, 'name' | 'state' | 'mode'> {
  onDone: () => void;
}

export function SourceActions({ name, state, mode, onDone }: SourceActionsProps) {
  const { t } = useTranslation();
  const common = { variables: { name }, roles: ADMINS, size: 'compact-sm', onDone } as const;
  return (
    <Group gap={6}>
      {state === 'PAUSED' ? (
        <ActionButton {...common} document={RESUME_SOURCE} label={t('sources.resume')} done={t('sources.resumed')} />
      ) : (
        <ActionButton {...common} document={PAUSE_SOURCE} label={t('sources.pause')} done={t('sources.paused')} />
      )}
      {mode === 'MIRROR' && (
        <ActionButton
          {...common}
          document={RESYNC_SOURCE}
          label={t('sources.resync')}
          done={t('sources.resynced')}
          confirm={{ title: t('sources.resync'), text: t('sources.resyncText'), danger: true }}
        />
      )}
      <ActionButton
        {...common}
        document={REMOVE_SOURCE}
        label={t('sources.remove')}
        done={t('sources.removed')}
        confirm={{ title: t('sources.remove'), text: t('sources.removeText'), danger: true }}
      />
    </Group>
  );
}
