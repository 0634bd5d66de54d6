/** The codes of an explanation in the reader's language; what we have no words for stays as the gateway says it. */
import { useTranslation } from 'react-i18next';
import { ACCESS_REASONS } from '../shared/access-reasons.js';

const STEPS = ['ALLOWED', 'ROW_FILTER', 'NO_ROW_FILTER', 'CONSENT', 'NO_CONSENT', 'CONSENT_OF_ANOTHER'] as const;
const FIELDS = ['RELEASED', 'NOT_IN_AGREEMENT', 'NOT_CONSENTED', 'OWN_CONSENT', 'REFUSED'] as const;

export function useExplained() {
  const { t } = useTranslation();
  return {
    step: ({ reason, explanation }: { reason: string; explanation: string }): string => {
      const own = STEPS.find((known) => known === reason);
      if (own !== undefined) return t(`explain.step.${own}`);
      const refused = ACCESS_REASONS.find((known) => known === reason);
      return refused === undefined ? explanation : t(`decision.reason.${refused}`);
    },
    field: (reason: string): string => {
      const known = FIELDS.find((one) => one === reason);
      return known === undefined ? reason : t(`explain.field.${known}`);
    },
  };
}
