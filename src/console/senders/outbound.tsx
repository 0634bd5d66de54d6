import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { Facts } from '../shared/facts.js';
import { Section } from '../shared/section.js';
import { SET_OUTBOUND } from './outbound.document.js';
import type { Sender } from './sender.types.js';
import { SetOutbound } from './set-outbound.js';

/** How we show who we are to this partner's endpoint: that secrets are set, never what they are. */
export function OutboundSection({ senderId, outbound }: Pick<Sender, 'senderId' | 'outbound'>) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const admin = useMay(ADMINS);
  const { tokenUrl, clientId, scope, bearer, clientCertificate, authority } = outbound;
  const isSet = tokenUrl !== null || bearer || clientCertificate || authority;
  const whether = (set: boolean): string => t(set ? 'outbound.isSet' : 'outbound.isNotSet');
  return (
    <Section
      title={t('outbound.title')}
      actions={
        admin && (
          <>
            <Button variant="default" onClick={open}>
              {t(isSet ? 'outbound.change' : 'outbound.set')}
            </Button>
            {isSet && <Remove senderId={senderId} />}
          </>
        )
      }
    >
      {isSet ? (
        <Facts
          items={[
            [t('field.tokenUrl'), tokenUrl],
            [t('field.clientId'), clientId],
            [t('field.clientSecret'), whether(tokenUrl !== null)],
            [t('field.scope'), scope],
            [t('outbound.bearer'), whether(bearer)],
            [t('outbound.certificate'), whether(clientCertificate)],
            [t('outbound.authority'), whether(authority)],
          ]}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t('outbound.none')}
        </Text>
      )}
      {opened && <SetOutbound senderId={senderId} outbound={outbound} isSet={isSet} onClose={close} />}
    </Section>
  );
}

function Remove({ senderId }: { senderId: string }) {
  const { t } = useTranslation();
  return (
    <ActionButton
      document={SET_OUTBOUND}
      variables={{ senderId, input: {} }}
      label={t('outbound.remove')}
      done={t('outbound.removed')}
      roles={ADMINS}
      confirm={{ title: t('outbound.removeTitle'), text: t('outbound.removeText'), danger: true }}
    />
  );
}
