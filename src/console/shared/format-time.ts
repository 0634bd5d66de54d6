const formats = new Map<string, Intl.DateTimeFormat>();

/** As the reader of this language writes it; of today without the date, unless the whole is asked for. */
export const formatTime = (language: string, at: Date, whole = false): string =>
  formatOf(language, !whole && at.toDateString() === new Date().toDateString()).format(at);

/** The reader's own region of the chosen language: `en-GB` writes 14:05 where `en-US` writes 2:05 PM. */
const regionOf = (language: string): string => navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

function formatOf(language: string, today: boolean): Intl.DateTimeFormat {
  const key = `${language}:${today}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(regionOf(language), { ...(today ? {} : { dateStyle: 'medium' }), timeStyle: 'medium' });
  formats.set(key, format);
  return format;
}
