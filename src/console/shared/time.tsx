import { useTranslation } from 'react-i18next';

const formats = new Map<string, Intl.DateTimeFormat>();

interface TimeProps {
  value: string | null | undefined;
  /** With its day even today: what is printed is read on another. */
  whole?: boolean;
}

/** In the reader's zone and language; the tooltip has the exact instant. */
export function Time({ value, whole = false }: TimeProps) {
  const { i18n } = useTranslation();
  if (value == null) return <span>—</span>;
  const at = new Date(value);
  return (
    <time dateTime={value} title={at.toISOString()} className="nowrap number">
      {formatOf(i18n.language, !whole && isToday(at)).format(at)}
    </time>
  );
}

/** The reader's own region of the chosen language: `en-GB` writes 14:05 where `en-US` writes 2:05 PM. */
const regionOf = (language: string): string => navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

const isToday = (at: Date): boolean => at.toDateString() === new Date().toDateString();

function formatOf(language: string, today: boolean): Intl.DateTimeFormat {
  const key = `${language}:${today}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(regionOf(language), { ...(today ? {} : { dateStyle: 'medium' }), timeStyle: 'medium' });
  formats.set(key, format);
  return format;
}
