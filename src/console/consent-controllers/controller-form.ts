/** A consent controller as it is typed in: keys that are not given anew stay. */
import { useTranslation } from 'react-i18next';
import { parseJsonObject } from '../shared/json-object.js';
import { useEditForm } from '../shared/use-edit-form.js';
import type { Registry } from '../shared/vocabulary.js';
import type { Controller } from './controller.types.js';

export interface ControllerValues {
  name: string;
  issuer: string;
  registries: Registry[];
  jwksUrl: string;
  jwks: string;
  receiptStatusUrl: string;
  presenter: string | null;
}

export function useControllerForm(controller: Controller | undefined) {
  const { t } = useTranslation();
  const required = (value: string) => (value.trim() === '' ? t('invalid.required') : null);
  return useEditForm<ControllerValues>({
    initialValues: {
      name: controller?.name ?? '',
      issuer: controller?.issuer ?? '',
      registries: controller?.registries ?? [],
      jwksUrl: controller?.jwksUrl ?? '',
      jwks: '',
      receiptStatusUrl: controller?.receiptStatusUrl ?? '',
      presenter: controller?.presenter ?? null,
    },
    validate: {
      name: required,
      issuer: required,
      registries: (value) => (value.length === 0 ? t('invalid.atLeastOne') : null),
      jwksUrl: (value, { jwks }) => {
        const given = [value, jwks].filter((text) => text.trim() !== '').length;
        return given === 1 || (given === 0 && controller !== undefined) ? null : t('controllers.oneOf');
      },
      jwks: (value) => (value.trim() === '' || parseJsonObject(value) !== undefined ? null : t('invalid.json')),
    },
  });
}

/** What both mutations take. */
export function toControllerInput({ name, registries, jwksUrl, jwks, receiptStatusUrl, presenter }: ControllerValues) {
  return {
    name: name.trim(),
    registries,
    jwksUrl: jwksUrl.trim() || null,
    jwks: jwks.trim() === '' ? null : (parseJsonObject(jwks) ?? null),
    receiptStatusUrl: receiptStatusUrl.trim() || null,
    presenter,
  };
}
