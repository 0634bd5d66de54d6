const DAY_MS = 86_400_000;

const padded = (count: number, digits: number): string[] =>
  Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'));
const SIXTY = padded(60, 2);
const THOUSAND = padded(1000, 3);

let day = Number.NaN;
let date = '';

/**
 * As `toISOString` writes it, in a quarter of its time where one after another is of the same day: a page of a list has
 * fifty of them or more.
 *
 * @throws RangeError where it is no time
 */
export function isoTime(at: Date): string {
  const time = at.getTime();
  const ofDay = Math.floor(time / DAY_MS);
  if (ofDay !== day) {
    date = at.toISOString().slice(0, -'00:00:00.000Z'.length);
    day = ofDay;
  }
  const ms = time - ofDay * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${date}${SIXTY[Math.floor(minutes / 60)]}:${SIXTY[minutes % 60]}:${SIXTY[seconds % 60]}.${THOUSAND[ms % 1000]}Z`;
}
