import { useTranslation } from 'react-i18next';
import { formatTime } from './format-time.js';

/** In the reader's zone and language, to the day where that is enough; the tooltip has the exact instant. */
export function Time({ value, day = false }: { value: string | null | undefined; day?: boolean }) {
  const { i18n } = useTranslation();
  if (value == null) return <span>—</span>;
  const at = new Date(value);
  return (
    <time dateTime={value} title={at.toISOString()} className="nowrap number">
      {formatTime(i18n.language, at, day)}
    </time>
  );
}
