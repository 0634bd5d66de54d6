/** The closed lists as choices, in the reader's language (contract: GraphQL). */
import { useTranslation } from 'react-i18next';
import {
  DIALECTS,
  JWS_FORMS,
  LEGAL_BASES,
  OPERATIONS,
  RECORD_FORMS,
  REGISTRIES,
  SIGNATURE_PROFILES,
  type Operation,
  type Registry,
} from './vocabulary.js';

export interface Option<Value extends string = string> {
  value: Value;
  label: string;
}

export function useOptions() {
  const { t } = useTranslation();
  return {
    registries: REGISTRIES.map((value): Option<Registry> => ({ value, label: t(`registry.${value}`) })),
    operations: OPERATIONS.map((value): Option<Operation> => ({ value, label: t(`operation.${value}`) })),
    legalBases: LEGAL_BASES.map((value) => ({ value, label: t(`legalBasis.${value}`) })),
    recordForms: RECORD_FORMS.map((value) => ({ value, label: t(`recordsAs.${value}`) })),
    dialects: DIALECTS.map((value) => ({ value, label: t(`dialect.${value}`) })),
    jwsForms: JWS_FORMS.map((value) => ({ value, label: t(`jwsForm.${value}`) })),
    profiles: SIGNATURE_PROFILES.map((value) => ({ value, label: t(`profile.${value}`) })),
  };
}
