import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** A password, which can be shown; the browser is told whether it is one that it may know. */
export function SecretInput({
  autoComplete = 'current-password',
  ...rest
}: PasswordInputProps & { autoComplete?: 'current-password' | 'new-password' }) {
  const { t } = useTranslation();
  const visibilityToggleButtonProps = { 'aria-label': t('signIn.showPassword') };
  return <PasswordInput required {...{ autoComplete, visibilityToggleButtonProps }} {...rest} />;
}
