import { useTranslation } from 'react-i18next';
import { formatTime } from '../shared/format-time.js';
import { useNumbers } from '../shared/numbers.js';
import type { Waiting } from './delivery.types.js';

/** The gateway counts no further. */
const MOST_TOGETHER = 1000;

/** Why a delivery has not gone yet, in the reader's words and zone. */
export function useWaitingText(): (waiting: Waiting) => string {
  const { t, i18n } = useTranslation();
  const { count } = useNumbers();
  return ({ reason, until, together }) =>
    t(`deliveries.waiting.${reason}`, {
      until: until === null ? '' : formatTime(i18n.language, new Date(until)),
      together: together === null ? '' : `${count(together)}${together >= MOST_TOGETHER ? '+' : ''}`,
    });
}
