import { useTranslation } from 'react-i18next';

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
  if (perSecond >= 0.1 || perSecond === 0) return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`;
  return `${(perSecond * 60).toFixed(1)}/min`;
}
