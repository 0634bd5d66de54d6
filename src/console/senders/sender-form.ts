/** What is asked of a sender, at onboarding and later; the gateway checks all of it again. */
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useEditForm } from '../shared/use-edit-form.js';
import type {
  Dialect,
  JwsForm,
  LegalBasis,
  Operation,
  RecordsAs,
  Registry,
  SignatureProfile,
} from '../shared/vocabulary.js';

export interface SenderValues {
  senderId: string;
  name: string;
  registries: Registry[];
  allowedOperations: Operation[];
  callbackHosts: string[];
  notifyUri: string;
  jwksUrl: string;
  signatureProfile: SignatureProfile;
  sandbox: boolean;
  mayLeaveUnsigned: boolean;
  autoApproveSubscriptions: boolean;
  encryptReplies: boolean;
  rateLimitPerMinute: number;
  legalBasis: LegalBasis | null;
  notes: string;
  organizationKind: string;
  rateLimitPerDay: number | '';
  suppressCountsBelow: number | '';
  recordsAs: RecordsAs;
  dialect: Dialect;
  jwsForm: JwsForm;
  receiverAliases: string[];
  tlsSubject: string;
  tlsThumbprints: string[];
}

export type SenderForm = UseFormReturnType<SenderValues>;

const EMPTY: SenderValues = {
  senderId: '',
  name: '',
  registries: ['SOCIAL'],
  allowedOperations: ['SEARCH'],
  callbackHosts: [],
  notifyUri: '',
  jwksUrl: '',
  signatureProfile: 'DCI',
  sandbox: false,
  mayLeaveUnsigned: false,
  autoApproveSubscriptions: false,
  encryptReplies: false,
  rateLimitPerMinute: 600,
  legalBasis: null,
  notes: '',
  organizationKind: '',
  rateLimitPerDay: '',
  suppressCountsBelow: 0,
  recordsAs: 'STANDARD',
  dialect: 'DCI',
  jwsForm: 'DETACHED',
  receiverAliases: [],
  tlsSubject: '',
  tlsThumbprints: [],
};

export function useSenderForm(values: Partial<SenderValues> = {}): SenderForm {
  const { t } = useTranslation();
  return useEditForm<SenderValues>({
    initialValues: { ...EMPTY, ...values },
    validate: {
      senderId: (value) => (/^[\w.-]+$/.test(value) ? null : t('invalid.senderId')),
      name: (value) => (value.trim() === '' ? t('invalid.required') : null),
      registries: (value) => (value.length === 0 ? t('invalid.atLeastOne') : null),
      allowedOperations: (value) => (value.length === 0 ? t('invalid.atLeastOne') : null),
    },
  });
}

/** As both inputs of the API take it; an empty text is no value. */
export function toSenderInput(values: SenderValues) {
  const { name, registries, allowedOperations, callbackHosts, signatureProfile, sandbox } = values;
  const { autoApproveSubscriptions, encryptReplies, rateLimitPerMinute, legalBasis } = values;
  const { recordsAs, dialect, jwsForm, receiverAliases, tlsThumbprints } = values;
  return {
    name,
    registries,
    allowedOperations,
    callbackHosts,
    signatureProfile,
    sandbox,
    autoApproveSubscriptions,
    encryptReplies,
    rateLimitPerMinute,
    legalBasis,
    signaturePolicy: sandbox && values.mayLeaveUnsigned ? ('OPTIONAL' as const) : ('REQUIRED' as const),
    notifyUri: values.notifyUri.trim() || null,
    jwksUrl: values.jwksUrl.trim() || null,
    notes: values.notes.trim() || null,
    organizationKind: values.organizationKind.trim() || null,
    rateLimitPerDay: values.rateLimitPerDay === '' ? null : values.rateLimitPerDay,
    suppressCountsBelow: values.suppressCountsBelow === '' ? 0 : values.suppressCountsBelow,
    recordsAs,
    dialect,
    jwsForm,
    receiverAliases,
    tlsSubject: values.tlsSubject.trim() || null,
    tlsThumbprints,
  };
}
