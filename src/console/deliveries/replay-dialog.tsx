import { Alert, Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { currentCursor } from '../graphql/use-live.js';
import { RUNNERS, useMay } from '../session/me.js';
import { DateField } from '../shared/date-field.js';
import { SenderSelect } from '../shared/sender-select.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { REPLAY_DELIVERIES } from './deliveries.document.js';
import { ReplayProgress, type ReplayProgressProps } from './replay-progress.js';

const EMPTY = { senderId: '', subscriptionCode: '', from: '', until: '', failedOnly: true };

/** Everything of a partner or a subscription once more, for a time range: after its system was away, say. */
export function ReplayDialog() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(RUNNERS)) return null;
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('deliveries.replay')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('deliveries.replay')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {opened && <ReplayForm />}
      </Modal>
    </>
  );
}

function ReplayForm() {
  const { t } = useTranslation();
  const form = useEditForm({
    initialValues: EMPTY,
    validate: {
      senderId: (_, { senderId, subscriptionCode, from, until }) =>
        [senderId, subscriptionCode, from, until].some(Boolean) ? null : t('deliveries.replayWhat'),
    },
  });
  const client = useClient();
  const [busy, replay] = useMutationNotice(REPLAY_DELIVERIES);
  const [started, setStarted] = useState<ReplayProgressProps>();
  const submit = async (values: typeof EMPTY): Promise<void> => {
    const after = await currentCursor(client);
    const { data } = await replay({ filter: filterOf(values) });
    if (data === undefined) return;
    form.resetDirty();
    setStarted({ count: data.replayDeliveries.count, senderId: values.senderId || undefined, after });
  };
  if (started?.count === 0) return <Alert>{t('deliveries.nothingToReplay')}</Alert>;
  if (started !== undefined) return <ReplayProgress {...started} />;
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack>
        <Text size="sm">{t('deliveries.replayText')}</Text>
        <SenderSelect label={t('field.receiver')} clearable {...form.getInputProps('senderId')} />
        <TextInput label={t('field.subscriptionCode')} {...form.getInputProps('subscriptionCode')} />
        <Group grow>
          <DateField withTime label={t('field.createdFrom')} {...form.getInputProps('from')} value={form.values.from} />
          <DateField
            withTime
            label={t('field.createdUntil')}
            {...form.getInputProps('until')}
            value={form.values.until}
          />
        </Group>
        <Switch label={t('deliveries.failedOnly')} {...form.getInputProps('failedOnly', { type: 'checkbox' })} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy || form.submitting}>
            {t('deliveries.startReplay')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const instant = (local: string): string | null =>
  local === '' ? null : new Date(local.replace(' ', 'T')).toISOString();

function filterOf({ senderId, subscriptionCode, from, until, failedOnly }: typeof EMPTY) {
  return {
    senderId: senderId || null,
    subscriptionCode: subscriptionCode.trim() || null,
    from: instant(from),
    until: instant(until),
    failedOnly,
  };
}
