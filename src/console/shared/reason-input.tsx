import { TextInput, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Why somebody does something that the audit keeps the reason of. */
export function ReasonInput(props: TextInputProps) {
  const { t } = useTranslation();
  return <TextInput label={t('field.reason')} description={t('field.reasonHint')} required {...props} />;
}
