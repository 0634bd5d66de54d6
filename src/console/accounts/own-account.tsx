import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe, type OwnAccountFacts } from '../session/me.js';
import { Facts } from '../shared/facts.js';
import { Section } from '../shared/section.js';
import { ChangePassword } from './change-password.js';
import { RemoveSecondFactor } from './remove-second-factor.js';
import { SecondFactor } from './second-factor.js';

export function OwnAccount({ account }: { account: OwnAccountFacts }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const { name, totpConfirmed, recoveryCodesLeft } = account;
  return (
    <Section
      title={t('accounts.own')}
      actions={
        <Group gap="xs">
          <ChangePassword />
          {totpConfirmed ? <RemoveSecondFactor /> : <SecondFactor />}
        </Group>
      }
    >
      <Facts
        items={[
          [t('field.name'), name],
          [t('field.role'), role != null && t(`role.${role}`)],
          [
            t('accounts.secondFactor'),
            totpConfirmed ? t('accounts.codesLeft', { count: recoveryCodesLeft }) : <Missing key="missing" />,
          ],
        ]}
      />
    </Section>
  );
}

function Missing() {
  const { t } = useTranslation();
  return (
    <Text span size="sm">
      {t('accounts.noSecondFactor')}
    </Text>
  );
}
