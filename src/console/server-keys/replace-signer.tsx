import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
import { GenerateKey } from './generate-key.js';
import { ACTIVATE_SERVER_KEY } from './server-keys.document.js';

/** The key that signs cannot go before another signs: what comes first, and the button for the step that is next. */
export function ReplaceSigner({ next }: { next: string | undefined }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={open}>
        {t('action.revoke')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('serverKeys.revoke')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Stack>
          <Text size="sm">{t('serverKeys.signsNow')}</Text>
          <List type="ordered" size="sm" spacing="xs">
            <List.Item>
              {next === undefined ? (
                t('serverKeys.stepGenerate')
              ) : (
                <>
                  {t('serverKeys.stepGenerated')} <CodeText text={next} />
                </>
              )}
            </List.Item>
            <List.Item>{t('serverKeys.stepFetch')}</List.Item>
            <List.Item>{t('serverKeys.stepActivate')}</List.Item>
            <List.Item>{t('serverKeys.stepRevoke')}</List.Item>
          </List>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {t('action.cancel')}
            </Button>
            {next === undefined ? (
              <GenerateKey />
            ) : (
              <ActionButton
                document={ACTIVATE_SERVER_KEY}
                variables={{ kid: next }}
                label={t('serverKeys.activateOther')}
                done={t('serverKeys.activatedOther')}
                roles={ADMINS}
                variant="filled"
                onDone={close}
              />
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
