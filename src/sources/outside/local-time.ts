/** Times without a zone, as a source in some place of the world writes them. */

/** `+06:00`: how far the zone is from UTC at a moment. */
export function offsetOf(zone: string, at: Date): string {
  const minutes = offsetMinutes(zone, at);
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** A date with a time, as databases write it, in UTC; any other text as it is. */
export function isoTime(text: string, zone: string): string {
  const [, day, time, , offset] = LOCAL.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  const asIfUtc = new Date(`${day}T${time}Z`);
  if (Number.isNaN(asIfUtc.getTime())) return text;
  const minutes = offset === undefined ? offsetMinutes(zone, asIfUtc) : givenMinutes(offset);
  // Near a change of the clocks the offset of the moment itself counts.
  const first = new Date(asIfUtc.getTime() - minutes * 60_000);
  const moment = offset === undefined ? new Date(asIfUtc.getTime() - offsetMinutes(zone, first) * 60_000) : first;
  return moment.toISOString().replace('.000Z', 'Z');
}

function givenMinutes(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [hours = 0, minutes = 0] = [offset.slice(1, 3), offset.slice(-2)].map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + (offset.length > 3 ? minutes : 0));
}

function offsetMinutes(zone: string, at: Date): number {
  const parts = formatOf(zone).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return Math.round((local - at.getTime()) / 60_000);
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
