/** Times without a zone, as a source in some place of the world writes them. */

/** `+06:00`: how far the zone is from UTC at a moment. */
export function offsetOf(zone: string, at: Date): string {
  const minutes = Math.round(offsetSeconds(zone, at) / 60);
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?\s*(Z|[+-]\d{2}(?::?\d{2}(?::\d{2})?)?)?$/i;

/**
 * A date with a time, as databases write it, in UTC; any other text as it is. Midnight of the source's own zone, or of none,
 * is a day: many registries keep birthdays in columns of times, and in UTC such a one may be the day before.
 */
export function isoTime(text: string, zone: string): string {
  const [, day, time, fraction = '', offset] = LOCAL.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  const asIfUtc = new Date(`${day}T${time}Z`);
  if (Number.isNaN(asIfUtc.getTime())) return text;
  const isWhole = /^(\.0+)?$/.test(fraction);
  if (offset === undefined && isWhole && time === '00:00:00') return day;
  const seconds = offset === undefined ? offsetSeconds(zone, asIfUtc) : givenSeconds(offset);
  // Near a change of the clocks the offset of the moment itself counts.
  const first = new Date(asIfUtc.getTime() - seconds * 1000);
  const there = offsetSeconds(zone, first);
  const moment = offset === undefined ? new Date(asIfUtc.getTime() - there * 1000) : first;
  const local = new Date(moment.getTime() + there * 1000);
  if (isWhole && local.getUTCHours() < 2 && beginsDay(zone, moment)) return local.toISOString().slice(0, 10);
  return moment.toISOString().replace('.000Z', 'Z');
}

/** Where the clocks go forward at midnight a day begins at one. A session may show a winter's midnight by its summer clock. */
function beginsDay(zone: string, at: Date): boolean {
  const dayOf = (moment: Date): number => Math.floor((moment.getTime() / 1000 + offsetSeconds(zone, moment)) / 86_400);
  return dayOf(new Date(at.getTime() - 1000)) < dayOf(at);
}

function givenSeconds(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (offset.match(/\d{2}/g) ?? []).map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

function offsetSeconds(zone: string, at: Date): number {
  const parts = formatOf(zone).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return Math.round((local - at.getTime()) / 1000);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const numeric = '2-digit' as const;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(zone, made);
  return made;
}
