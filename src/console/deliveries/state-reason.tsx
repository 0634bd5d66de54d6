import { useTranslation } from 'react-i18next';
import { CodeText } from '../shared/code-text.js';
import { said } from '../shared/said.js';
import type { DeliveryRow } from './delivery.types.js';

/** Why the gateway would not send it, in words; what a receiver or an administrator said, as they said it. */
export function StateReason({ withheld, stateReason }: Pick<DeliveryRow, 'withheld' | 'stateReason'>) {
  const { t } = useTranslation();
  return withheld === null ? (
    <CodeText text={stateReason && said(stateReason)} />
  ) : (
    t(`deliveries.withheld.${withheld}`)
  );
}
