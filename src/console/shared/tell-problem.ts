import { notifications } from '@mantine/notifications';
import { translations } from '../i18n/i18n.js';
import { whatFailed } from './problem.js';

/** Of what was begun on no form, or on one that is closed. */
export function tellProblem(error: unknown): void {
  const { code, message } = whatFailed(error);
  notifications.show({ color: 'red', title: translations.t(`problem.${code}`), message });
}
