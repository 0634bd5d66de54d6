import { useTranslation } from 'react-i18next';
import type en from '../i18n/en.json';

type Known = keyof typeof en.attribute;

/** An attribute in words where we have some, else as the dictionary spells it. */
export function useAttributeLabel(): (path: string) => string {
  const { t } = useTranslation();
  const messages: Record<string, string> = t('attribute', { returnObjects: true });
  const isKnown = (step: string): step is Known => Object.hasOwn(messages, step);
  return (path) => {
    const steps = path.split('.');
    const last = steps.at(-1) ?? path;
    return isKnown(last) && steps.length <= 2 ? t(`attribute.${last}`) : path;
  };
}
