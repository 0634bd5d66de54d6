import { TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SenderKey } from './sender.types.js';

const bare = (text: string): string =>
  text
    .replace(/^sha-?256[:=]?/i, '')
    .replace(/[\s:=]/g, '')
    .toLowerCase();

/** A fingerprint told by phone or on paper shows that the key is really the partner's. */
export function CompareFingerprint({ keys }: { keys: SenderKey[] }) {
  const { t } = useTranslation();
  const [given, setGiven] = useState('');
  const match = keys.find(({ fingerprint }) => bare(fingerprint) === bare(given));
  const asked = given.trim() !== '';
  return (
    <TextInput
      label={t('senders.compare')}
      description={t('senders.compareHint')}
      maw={640}
      value={given}
      onChange={(event) => setGiven(event.currentTarget.value)}
      rightSection={
        asked &&
        (match === undefined ? (
          <IconX size={16} color="var(--mantine-color-red-7)" />
        ) : (
          <IconCheck size={16} color="var(--mantine-color-teal-7)" />
        ))
      }
      error={asked && match === undefined && t('senders.noMatch')}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}
