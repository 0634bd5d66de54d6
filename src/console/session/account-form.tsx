import { Button, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { signInWithAccount, type AccountProblem, type AccountValues } from './account-sign-in.js';
import { SecretInput } from '../shared/secret-input.js';
import { session } from './session.js';

const EMPTY: AccountValues = { name: '', password: '', code: '', newPassword: '' };

/** Name, password and a code where there is one; a password that another gave is changed here. */
export function AccountForm({ onProblem }: { onProblem: (problem: AccountProblem | undefined) => void }) {
  const { t } = useTranslation();
  const [values, setValues] = useState(EMPTY);
  const [due, setDue] = useState<string>();
  const [busy, setBusy] = useState(false);
  const input = (name: keyof AccountValues) => ({
    value: values[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setValues((before) => ({ ...before, [name]: currentTarget.value })),
  });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    onProblem(undefined);
    const answer = await signInWithAccount(values);
    setBusy(false);
    if ('token' in answer) session.begin(answer.token, answer.subject);
    else if ('problem' in answer) onProblem(answer.problem);
    else setDue(answer.newPassword === 'INVALID' ? answer.message : '');
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('signIn.name')}
          autoComplete="username"
          autoCapitalize="none"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the first field of the page
          autoFocus
          required
          {...input('name')}
        />
        <SecretInput label={t('signIn.password')} {...input('password')} />
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          autoComplete="one-time-code"
          {...input('code')}
        />
        {due !== undefined && (
          <SecretInput
            label={t('signIn.newPassword')}
            description={t('signIn.newPasswordDue')}
            error={due === '' ? undefined : due}
            autoComplete="new-password"
            {...input('newPassword')}
          />
        )}
        <Button type="submit" size="sm" loading={busy}>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
