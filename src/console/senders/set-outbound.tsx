import { Alert, Fieldset, Modal, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { toOutboundInput, useOutboundForm, type OutboundValues } from './outbound-form.js';
import { SET_OUTBOUND } from './outbound.document.js';
import type { Outbound } from './sender.types.js';

interface SetOutboundProps {
  senderId: string;
  outbound: Outbound;
  isSet: boolean;
  onClose: () => void;
}

export function SetOutbound({ senderId, outbound, isSet, onClose }: SetOutboundProps) {
  const { t } = useTranslation();
  const form = useOutboundForm(outbound);
  const [busy, set] = useMutationNotice(SET_OUTBOUND);
  const save = async (values: OutboundValues): Promise<void> => {
    const { error } = await set({ senderId, input: toOutboundInput(values) }, t('outbound.saved'));
    if (error === undefined) return onClose();
    const { field, message } = problemOf(error);
    form.setFieldError(field ?? 'oauth.tokenUrl', message);
  };
  const pem = { autosize: true, minRows: 2, maxRows: 8, classNames: { input: 'mono' }, spellCheck: false };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('outbound.set')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={form.onSubmit((values) => void save(values))} autoComplete="off">
        <Stack>
          {isSet && (
            <Alert color="yellow" icon={<IconInfoCircle />}>
              {t('outbound.replaces')}
            </Alert>
          )}
          <Fieldset legend={t('outbound.oauth')}>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput
                label={t('field.tokenUrl')}
                description={t('hint.tokenUrl')}
                placeholder="https://…/token"
                {...form.getInputProps('oauth.tokenUrl')}
              />
              <TextInput
                label={t('field.scope')}
                description={t('hint.scope')}
                {...form.getInputProps('oauth.scope')}
              />
              <TextInput label={t('field.clientId')} {...form.getInputProps('oauth.clientId')} />
              <TextInput
                type="password"
                autoComplete="new-password"
                label={t('field.clientSecret')}
                {...form.getInputProps('oauth.clientSecret')}
              />
            </SimpleGrid>
          </Fieldset>
          <TextInput
            type="password"
            autoComplete="new-password"
            label={t('outbound.bearer')}
            description={t('hint.bearer')}
            {...form.getInputProps('bearer')}
          />
          <Fieldset legend={t('outbound.tls')}>
            <Stack gap="sm">
              <Textarea
                {...pem}
                label={t('outbound.certificate')}
                description={t('hint.certificate')}
                {...form.getInputProps('tls.certificate')}
              />
              <Textarea {...pem} label={t('outbound.key')} {...form.getInputProps('tls.key')} />
              <Textarea
                {...pem}
                label={t('outbound.authority')}
                description={t('hint.authority')}
                {...form.getInputProps('tls.authority')}
              />
            </Stack>
          </Fieldset>
          <FormActions busy={busy} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
