const formats = new Map<string, Intl.DateTimeFormat>();

/** A time, of another day than today with its date; with it always; or the date alone. */
export type TimeForm = 'short' | 'whole' | 'day';

/** As the reader of this language writes it. */
export const formatTime = (language: string, at: Date, form: TimeForm = 'short'): string =>
  formatOf(language, form === 'short' && at.toDateString() === new Date().toDateString() ? 'today' : form).format(at);

/** The reader's own region of the chosen language: `en-GB` writes 14:05 where `en-US` writes 2:05 PM. */
const regionOf = (language: string): string => navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

function formatOf(language: string, form: TimeForm | 'today'): Intl.DateTimeFormat {
  const key = `${language}:${form}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(regionOf(language), {
      ...(form === 'today' ? {} : { dateStyle: 'medium' }),
      ...(form === 'day' ? {} : { timeStyle: 'medium' }),
    });
  formats.set(key, format);
  return format;
}
