import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { QRCodeSVG } from 'qrcode.react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { ME } from '../session/me.document.js';
import { CopyBlock } from '../shared/copy-block.js';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { SecretInput } from '../shared/secret-input.js';
import { useUnsaved } from '../shared/unsaved.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { BEGIN_MY_SECOND_FACTOR, CONFIRM_MY_SECOND_FACTOR } from './accounts.document.js';
import { DialogButton } from './dialog-button.js';

/** Password, then the app takes the secret and shows a first code, then the codes for when it is lost. */
export function SecondFactor() {
  const { t } = useTranslation();
  return <DialogButton label={t('accounts.addFactor')}>{(close) => <Steps onDone={close} />}</DialogButton>;
}

interface SetUp {
  secret: string;
  uri: string;
}

function Steps({ onDone }: { onDone: () => void }) {
  const [setUp, setSetUp] = useState<SetUp>();
  const [codes, setCodes] = useState<string[]>();
  const client = useClient();
  // Only when the codes were read: the page without a button to add a factor would take them away.
  const finish = (): void => {
    onDone();
    void client.query(ME, {}, { requestPolicy: 'network-only' }).toPromise();
  };
  if (codes !== undefined) return <RecoveryCodes codes={codes} onDone={finish} />;
  if (setUp !== undefined) return <FirstCode {...setUp} onCodes={setCodes} onCancel={onDone} />;
  return <ProvePassword onProven={setSetUp} onCancel={onDone} />;
}

function ProvePassword({ onProven, onCancel }: { onProven: (setUp: SetUp) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [busy, begin] = useMutationNotice(BEGIN_MY_SECOND_FACTOR);
  const [password, setPassword] = useState('');
  useUnsaved(() => password !== '');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { data, error } = await begin({ password });
    if (error !== undefined) setProblem(problemOf(error).message);
    if (data !== undefined) onProven(data.beginMySecondFactor);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{t('accounts.addFactorText')}</Text>
        <SecretInput
          label={t('signIn.password')}
          data-autofocus
          error={problem}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FormActions submit={t('action.next')} busy={busy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

interface FirstCodeProps extends SetUp {
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}

function FirstCode({ secret, uri, onCodes, onCancel }: FirstCodeProps) {
  const { t } = useTranslation();
  const [busy, confirm] = useMutationNotice(CONFIRM_MY_SECOND_FACTOR);
  const [code, setCode] = useState('');
  useUnsaved(() => code !== '');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { data, error } = await confirm({ code });
    if (error !== undefined) setProblem(problemOf(error).message);
    if (data !== undefined) onCodes(data.confirmMySecondFactor);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{t('accounts.scan')}</Text>
        <Group justify="center">
          <QRCodeSVG value={uri} size={200} marginSize={4} title={t('accounts.qrCode')} />
        </Group>
        <CopyBlock label={t('accounts.secret')} text={secret} />
        <TextInput
          label={t('accounts.firstCode')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          error={problem}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <FormActions submit={t('accounts.confirm')} busy={busy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" icon={<IconAlertTriangle />}>
        {t('accounts.recoveryText')}
      </Alert>
      <CopyBlock label={t('accounts.recoveryCodes')} text={codes.join('\n')} />
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('accounts.recoveryKept')}</Button>
      </Group>
    </Stack>
  );
}
