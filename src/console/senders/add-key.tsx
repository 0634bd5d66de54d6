import { Button, FileInput, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { parseJsonObject } from '../shared/json-object.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { ADD_SENDER_KEY } from './senders.document.js';

interface KeyValues {
  kid: string;
  use: 'SIG' | 'ENC';
  key: string;
}

/** A public key as PEM or JWK, pasted or from a file; the browser sends it as it is, the gateway judges it. */
export function AddKey({ senderId }: { senderId: string }) {
  const { t } = useTranslation();
  const [busy, add] = useMutationNotice(ADD_SENDER_KEY);
  const form = useEditForm<KeyValues>({
    initialValues: { kid: 'key-1', use: 'SIG', key: '' },
    validate: {
      kid: (value) => (value.trim() === '' ? t('invalid.required') : null),
      key: (value) => keyProblem(value) && t(keyProblem(value) ?? 'invalid.key'),
    },
  });
  const submit = async ({ kid, use, key }: KeyValues): Promise<void> => {
    const { error } = await add({ senderId, input: { kid: kid.trim(), use, ...formOf(key) } }, t('senders.keyAdded'));
    if (error === undefined) form.reset();
    else showRefusal(form, error, 'key');
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} aria-label={t('senders.addKey')}>
      <Stack>
        <Group align="flex-start">
          <TextInput label={t('field.kid')} description={t('hint.kid')} required {...form.getInputProps('kid')} />
          <Select
            label={t('field.use')}
            description={t('hint.use')}
            data={(['SIG', 'ENC'] as const).map((value) => ({ value, label: t(`keyUse.${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps('use')}
          />
          <FileInput
            label={t('senders.keyFile')}
            description={t('hint.keyFile')}
            placeholder={t('action.chooseFile')}
            accept=".pem,.pub,.json,.jwk,.txt"
            onChange={(file) => void file?.text().then((text) => form.setFieldValue('key', text))}
          />
        </Group>
        <Textarea
          label={t('senders.publicKey')}
          description={t('hint.publicKey')}
          placeholder={'-----BEGIN PUBLIC KEY-----'}
          autosize
          minRows={4}
          maxRows={12}
          required
          classNames={{ input: 'mono' }}
          {...form.getInputProps('key')}
        />
        <Group>
          <Button type="submit" variant="default" loading={busy}>
            {t('senders.addKey')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A private key must never leave the partner, not even for this form. */
function keyProblem(text: string): 'invalid.required' | 'invalid.privateKey' | 'invalid.key' | null {
  if (text.trim() === '') return 'invalid.required';
  if (/PRIVATE KEY/.test(text) || /"d"\s*:/.test(text)) return 'invalid.privateKey';
  return text.trim().startsWith('{') && parseJsonObject(text) === undefined ? 'invalid.key' : null;
}

function formOf(text: string): { jwk: Record<string, unknown> } | { publicKeyPem: string } {
  const jwk = text.trim().startsWith('{') ? parseJsonObject(text) : undefined;
  return jwk === undefined ? { publicKeyPem: text.trim() } : { jwk };
}
