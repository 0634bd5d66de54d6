import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Text to take away: a command, a secret, a fingerprint. */
export function CopyBlock({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation();
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? 'action.copied' : 'action.copy')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={copy}
                aria-label={t('action.copyWhat', { what: label })}
              >
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
      <Code block tabIndex={0} role="group" aria-label={label} className="copy-block">
        {text}
      </Code>
    </div>
  );
}
