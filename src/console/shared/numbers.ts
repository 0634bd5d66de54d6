import { useTranslation } from 'react-i18next';
import { translations } from '../i18n/i18n.js';

/** Numbers in the reader's language. */
export function useNumbers() {
  const { language } = useTranslation().i18n;
  const whole = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  return {
    count: (value: number): string => whole.format(value),
    /** A share from 0 to 1. */
    share: (value: number | null): string => (value === null ? '—' : percent.format(value)),
  };
}

/** `12/s`, `0.4/s`; below one in ten seconds per minute, `3/min`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 0.1 || perSecond === 0) return `${fixed(perSecond, perSecond < 10 ? 1 : 0)}/s`;
  return `${fixed(perSecond * 60, 1)}/min`;
}

/** So many decimals, as the reader writes them. */
export const fixed = (value: number, decimals: number): string =>
  new Intl.NumberFormat(translations.language, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
