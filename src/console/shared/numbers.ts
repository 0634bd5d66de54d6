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

const LEAST_A_MINUTE = 0.1;

/** `12/s`, `0.4/s`; below one in ten seconds per minute, `3.0/min`; what is less than that is not nothing, `<0.1/min`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 0.1 || perSecond === 0) return `${fixed(perSecond, perSecond < 10 ? 1 : 0)}/s`;
  const perMinute = perSecond * 60;
  return `${perMinute < LEAST_A_MINUTE ? '<' : ''}${fixed(Math.max(perMinute, LEAST_A_MINUTE), 1)}/min`;
}

/** So many decimals, as the reader writes them. */
export const fixed = (value: number, decimals: number): string =>
  new Intl.NumberFormat(translations.language, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
