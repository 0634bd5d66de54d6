import { useTranslation } from 'react-i18next';
import { formatTime } from './format-time.js';

/** In the reader's zone and language; the tooltip has the exact instant. */
export function Time({ value }: { value: string | null | undefined }) {
  const { i18n } = useTranslation();
  if (value == null) return <span>—</span>;
  const at = new Date(value);
  return (
    <time dateTime={value} title={at.toISOString()} className="nowrap number">
      {formatTime(i18n.language, at)}
    </time>
  );
}
