import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changed, wasOf } from '../shared/changed.js';
import { parseJsonObject } from '../shared/json-object.js';
import { grantedOf, useServedOperations } from '../shared/served-operations.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { AgreementFields } from './agreement-fields.js';
import {
  newAgreement,
  toTerms,
  valuesOf,
  type Agreement,
  type AgreementStart,
  type AgreementValues,
} from './agreement-values.js';
import { CREATE_AGREEMENT, UPDATE_AGREEMENT } from './agreements.document.js';

interface AgreementFormProps {
  start?: AgreementStart;
  /** Sender and registry are settled. */
  isFixed?: boolean;
  /** Given to change the terms of an agreement: a new version of it. */
  agreement?: Agreement;
  onDone: (agreed: AgreementValues) => void;
  /** Told while the reader picks, for what is shown beside. */
  onChange?: (values: AgreementValues) => void;
}

export function AgreementForm({ start, isFixed = false, agreement, onDone, onChange }: AgreementFormProps) {
  const { t } = useTranslation();
  const served = useServedOperations();
  const form = useEditForm<AgreementValues>({
    initialValues: agreement === undefined ? newAgreement(start) : valuesOf(agreement),
    onValuesChange: onChange,
    validate: {
      senderId: (value) => (value.trim() === '' ? t('invalid.required') : null),
      operations: (value, { registry }) =>
        grantedOf(served, registry, value).length === 0 ? t('invalid.atLeastOne') : null,
      fields: (value) => (value.length === 0 ? t('invalid.atLeastOne') : null),
      rowFilter: (value) => (value.trim() === '' || parseJsonObject(value) ? null : t('invalid.json')),
    },
  });
  const [creating, create] = useMutationNotice(CREATE_AGREEMENT);
  // Refused or not, the page reads the agreement again; the form goes on from what it began with.
  const [updating, update] = useMutationNotice(UPDATE_AGREEMENT, ['Agreement']);
  const [shown] = useState(agreement);
  const save = async (values: AgreementValues): Promise<void> => {
    const { senderId: sender, registry } = values;
    const terms = { ...toTerms(values), operations: grantedOf(served, registry, values.operations) };
    const began = form.getInitialValues();
    const input = changed({ ...toTerms(began), operations: began.operations }, terms);
    const { error } =
      shown === undefined
        ? await create({ input: { senderId: sender, registry, ...terms } }, t('agreements.created'))
        : await update({ id: shown.id, input, was: wasOf(shown, input) }, t('agreements.updated'));
    if (error !== undefined) return showRefusal(form, error);
    form.resetDirty();
    onDone(values);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))} aria-label={t('agreements.form')}>
      <Stack>
        <AgreementFields form={form} served={served} isFixed={isFixed || agreement !== undefined} />
        <Group justify="flex-end">
          <Button type="submit" loading={creating || updating}>
            {t(agreement === undefined ? 'agreements.create' : 'action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
