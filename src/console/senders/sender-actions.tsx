import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMINS, RUNNERS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { EditSender } from './edit-sender.js';
import { SecretDialog, type ClientSecret } from './secret-dialog.js';
import type { Sender } from './sender.types.js';
import { ACTIVATE_SENDER, APPROVE_SENDER, ROTATE_SECRET, SUSPEND_SENDER } from './senders.document.js';

export function SenderActions(sender: Sender) {
  const { senderId, state, version } = sender;
  const { t } = useTranslation();
  const [secret, setSecret] = useState<ClientSecret>();
  const [editing, { open, close }] = useDisclosure();
  const admin = useMay(ADMINS);
  return (
    <>
      {admin && (
        <Button variant="default" onClick={open}>
          {t('action.edit')}
        </Button>
      )}
      <ActionButton
        document={ROTATE_SECRET}
        variables={{ senderId }}
        label={t('senders.rotate')}
        roles={ADMINS}
        confirm={{ title: t('senders.rotate'), text: t('senders.rotateText'), danger: true }}
        onDone={({ rotateSenderSecret }) => setSecret(rotateSenderSecret)}
      />
      {state === 'PENDING' && (
        <ActionButton
          document={APPROVE_SENDER}
          variables={{ senderId, version }}
          label={t('action.approve')}
          done={t('senders.approved')}
          roles={RUNNERS}
          variant="filled"
        />
      )}
      {state === 'ACTIVE' && (
        <ActionButton
          document={SUSPEND_SENDER}
          variables={(reason) => ({ senderId, reason })}
          label={t('senders.suspend')}
          done={t('senders.suspended')}
          roles={ADMINS}
          confirm={{ title: t('senders.suspend'), text: t('senders.suspendText'), reason: 'optional', danger: true }}
        />
      )}
      {state === 'SUSPENDED' && (
        <ActionButton
          document={ACTIVATE_SENDER}
          variables={{ senderId }}
          label={t('senders.activate')}
          done={t('senders.activated')}
          roles={ADMINS}
          variant="filled"
        />
      )}
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
      {editing && <EditSender sender={sender} onClose={close} />}
    </>
  );
}
