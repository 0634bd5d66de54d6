const formats = new Map<string, Intl.DateTimeFormat>();

/** As the reader of this language writes it; of today without the date, and to the day where that is enough. */
export const formatTime = (language: string, at: Date, day = false): string => formatOf(language, at, day).format(at);

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
