import { useTranslation } from 'react-i18next';

const formats = new Map<string, Intl.DateTimeFormat>();

/** In the reader's zone and language, to the day where that is enough; the tooltip has the exact instant. */
export function Time({ value, day = false }: { value: string | null | undefined; day?: boolean }) {
  const { i18n } = useTranslation();
  if (value == null) return <span>—</span>;
  const at = new Date(value);
  return (
    <time dateTime={value} title={at.toISOString()} className="nowrap number">
      {formatOf(i18n.language, at, day).format(at)}
    </time>
  );
}

/** The reader's own region of the chosen language: `en-GB` writes 14:05 where `en-US` writes 2:05 PM. */
const regionOf = (language: string): string => navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

function formatOf(language: string, at: Date, day: boolean): Intl.DateTimeFormat {
  const today = !day && at.toDateString() === new Date().toDateString();
  const key = `${language}:${day}:${today}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(regionOf(language), {
      ...(today ? {} : { dateStyle: 'medium' }),
      ...(day ? {} : { timeStyle: 'medium' }),
    });
  formats.set(key, format);
  return format;
}
