import { useTranslation } from 'react-i18next';
import { formatTime } from './format-time.js';

interface TimeProps {
  value: string | null | undefined;
  /** To the day, where that is enough. */
  day?: boolean;
  /** With its day even today: what is printed is read on another. */
  whole?: boolean;
}

/** In the reader's zone and language; the tooltip has the exact instant. */
export function Time({ value, day = false, whole = false }: TimeProps) {
  const { i18n } = useTranslation();
  if (value == null) return <span>—</span>;
  const at = new Date(value);
  return (
    <time dateTime={value} title={at.toISOString()} className="nowrap number">
      {formatTime(i18n.language, at, day ? 'day' : whole ? 'whole' : 'short')}
    </time>
  );
}
