import type { UseFormReturnType } from '@mantine/form';
import dayjs from 'dayjs';
import type { ResultOf } from '../graphql/graphql.js';
import { parseJsonObject } from '../shared/json-object.js';
import type { LegalBasis, Operation, Registry } from '../shared/vocabulary.js';
import type { AGREEMENT_ROW } from './agreements.document.js';

export type Agreement = ResultOf<typeof AGREEMENT_ROW>;

export interface AgreementValues {
  senderId: string;
  registry: Registry;
  operations: Operation[];
  recordTypes: string[];
  fields: string[];
  purposes: string[];
  legalBasis: LegalBasis;
  requiresConsent: boolean;
  rowFilter: string;
  validFrom: string;
  validUntil: string;
}

export type AgreementFormState = UseFormReturnType<AgreementValues>;

/** What is known of an agreement before it is written. */
export type AgreementStart = Partial<AgreementValues>;

export const newAgreement = (start: AgreementStart = {}): AgreementValues => ({
  senderId: '',
  registry: 'SOCIAL',
  operations: ['SEARCH'],
  recordTypes: [],
  fields: [],
  purposes: [],
  legalBasis: 'PUBLIC_TASK',
  requiresConsent: false,
  rowFilter: '',
  validFrom: '',
  validUntil: '',
  ...start,
});

export const valuesOf = (agreement: Agreement): AgreementValues => ({
  senderId: agreement.sender.senderId,
  registry: agreement.registry,
  operations: agreement.operations,
  recordTypes: agreement.recordTypes ?? [],
  fields: agreement.fields,
  purposes: agreement.purposes ?? [],
  legalBasis: agreement.legalBasis,
  requiresConsent: agreement.requiresConsent,
  rowFilter: agreement.rowFilter === null ? '' : JSON.stringify(agreement.rowFilter, null, 2),
  validFrom: toLocal(agreement.validFrom),
  validUntil: toLocal(agreement.validUntil),
});

const orAll = (list: string[]): string[] | null => (list.length === 0 ? null : list);

/** Both inputs of the API take this, beside the operations: an empty list or field means "all", or "open". */
export function toTerms(values: AgreementValues) {
  const { fields, legalBasis, requiresConsent } = values;
  return {
    fields,
    legalBasis,
    requiresConsent,
    recordTypes: orAll(values.recordTypes),
    purposes: orAll(values.purposes),
    rowFilter: parseJsonObject(values.rowFilter) ?? null,
    validFrom: toInstant(values.validFrom) ?? undefined,
    validUntil: toInstant(values.validUntil),
  };
}

const toInstant = (local: string): string | null => (local === '' ? null : new Date(local).toISOString());

const toLocal = (instant: string | null): string => (instant === null ? '' : dayjs(instant).format('YYYY-MM-DD HH:mm'));
