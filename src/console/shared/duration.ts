/** `0.8 ms`, `24 ms`, `1.3 s`, `5 min`: as many digits as an operator needs, as the reader writes them. */
import { translations } from '../i18n/i18n.js';
import { fixed } from './numbers.js';

export function formatMs(ms: number | null | undefined): string {
  if (ms == null) return '—';
  return ms < 1000 ? `${digits(ms)} ms` : formatSeconds(ms / 1000);
}

export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds == null) return '—';
  if (seconds < 60) return `${digits(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} ${translations.t('date.dayUnit')}`;
}

/** One decimal below ten, none at nought and above. */
const digits = (value: number): string => fixed(value, value > 0 && value < 10 ? 1 : 0);
