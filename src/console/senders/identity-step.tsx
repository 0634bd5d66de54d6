import { Button, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { SenderFields } from './sender-fields.js';
import { showRefusal } from '../shared/show-refusal.js';
import { toSenderInput, useSenderForm, type SenderValues } from './sender-form.js';
import type { ClientSecret } from './secret-dialog.js';
import { CREATE_SENDER } from './senders.document.js';

export function IdentityStep({ onDone }: { onDone: (made: ClientSecret & { senderId: string }) => void }) {
  const { t } = useTranslation();
  const form = useSenderForm();
  const [busy, create] = useMutationNotice(CREATE_SENDER);
  const submit = async (values: SenderValues): Promise<void> => {
    const { data, error } = await create({ input: { senderId: values.senderId, ...toSenderInput(values) } });
    if (error !== undefined) showRefusal(form, error);
    if (data === undefined) return;
    const { clientId, clientSecret, sender } = data.createSender;
    onDone({ clientId, clientSecret, senderId: sender.senderId });
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        <SenderFields form={form} isNew />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {t('onboarding.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
