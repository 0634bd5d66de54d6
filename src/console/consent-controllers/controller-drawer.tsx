import { Drawer, MultiSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { changed } from '../shared/changed.js';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { SenderSelect } from '../shared/sender-select.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { useOptions } from '../shared/use-options.js';
import { REGISTER_CONSENT_CONTROLLER, UPDATE_CONSENT_CONTROLLER } from './consent-controllers.document.js';
import type { Controller } from './controller.types.js';
import { toControllerInput, useControllerForm, type ControllerValues } from './controller-form.js';

interface ControllerDrawerProps {
  /** Left out: registers a new one. */
  controller?: Controller;
  onClose: () => void;
}

export function ControllerDrawer({ controller, onClose }: ControllerDrawerProps) {
  const { t } = useTranslation();
  const { registries } = useOptions();
  const form = useControllerForm(controller);
  const [registering, register] = useMutationNotice(REGISTER_CONSENT_CONTROLLER);
  const [updating, update] = useMutationNotice(UPDATE_CONSENT_CONTROLLER);
  const save = async (values: ControllerValues): Promise<void> => {
    const input = toControllerInput(values);
    const { error } =
      controller === undefined
        ? await register({ input: { ...input, issuer: values.issuer.trim() } }, t('controllers.registered'))
        : await update(
            { id: controller.id, input: changed(toControllerInput(form.getInitialValues()), input) },
            t('controllers.updated'),
          );
    if (error === undefined) return onClose();
    const { field, message } = problemOf(error);
    form.setFieldError(field ?? 'name', message);
  };
  const input = (name: keyof ControllerValues) => form.getInputProps(name);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t(controller === undefined ? 'controllers.register' : 'controllers.edit')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack>
          <TextInput label={t('field.name')} {...input('name')} />
          <TextInput
            label={t('controllers.issuer')}
            description={t('controllers.issuerHint')}
            disabled={controller !== undefined}
            {...input('issuer')}
          />
          <MultiSelect label={t('field.registries')} data={registries} {...input('registries')} />
          <TextInput
            label={t('controllers.jwksUrl')}
            description={t('controllers.jwksUrlHint')}
            placeholder="https://…/jwks.json"
            {...input('jwksUrl')}
          />
          <Textarea
            label={t('controllers.jwks')}
            description={t(controller === undefined ? 'controllers.jwksHint' : 'controllers.jwksStay')}
            autosize
            minRows={3}
            maxRows={10}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            {...input('jwks')}
          />
          <TextInput
            label={t('controllers.receiptStatusUrl')}
            description={t('controllers.receiptStatusUrlHint')}
            {...input('receiptStatusUrl')}
          />
          <SenderSelect
            label={t('controllers.presenter')}
            description={t('controllers.presenterHint')}
            clearable
            {...input('presenter')}
          />
          <FormActions busy={registering || updating} onCancel={onClose} />
        </Stack>
      </form>
    </Drawer>
  );
}
