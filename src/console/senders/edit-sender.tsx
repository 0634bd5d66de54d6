import { Modal, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { changed, wasOf } from '../shared/changed.js';
import { FormActions } from '../shared/form-actions.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { SenderFields } from './sender-fields.js';
import { toSenderInput, useSenderForm, type SenderValues } from './sender-form.js';
import type { Sender } from './sender.types.js';
import { UPDATE_SENDER } from './senders.document.js';

export function EditSender({ sender, onClose }: { sender: Sender; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useSenderForm(valuesOf(sender));
  // Refused or not, the page reads the sender again.
  const [busy, update] = useMutationNotice(UPDATE_SENDER, ['Sender']);
  const save = async (values: SenderValues): Promise<void> => {
    const before = toSenderInput(form.getInitialValues());
    const input = changed(before, toSenderInput(values));
    const { error } = await update({ senderId: sender.senderId, input, was: wasOf(before, input) }, t('senders.saved'));
    if (error === undefined) onClose();
    else showRefusal(form, error);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('senders.edit')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack>
          <SenderFields form={form} />
          <FormActions busy={busy} onCancel={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function valuesOf(sender: Sender): SenderValues {
  const { senderId, name, registries, allowedOperations, callbackHosts, signatureProfile, sandbox, legalBasis } =
    sender;
  const { autoApproveSubscriptions, encryptReplies, rateLimitPerMinute } = sender;
  const { suppressCountsBelow, recordsAs, dialect, jwsForm, receiverAliases, tlsThumbprints } = sender;
  return {
    senderId,
    name,
    registries,
    allowedOperations,
    callbackHosts,
    signatureProfile,
    sandbox,
    legalBasis,
    autoApproveSubscriptions,
    encryptReplies,
    rateLimitPerMinute,
    notifyUri: sender.notifyUri ?? '',
    jwksUrl: sender.jwksUrl ?? '',
    notes: sender.notes ?? '',
    organizationKind: sender.organizationKind ?? '',
    rateLimitPerDay: sender.rateLimitPerDay ?? '',
    suppressCountsBelow,
    recordsAs,
    dialect,
    jwsForm,
    receiverAliases,
    tlsSubject: sender.tlsSubject ?? '',
    tlsThumbprints,
    mayLeaveUnsigned: sender.signaturePolicy === 'OPTIONAL',
  };
}
