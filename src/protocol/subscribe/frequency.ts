/**
 * `frequency` of a subscription (protocol 3.5): a Quartz cron inside [start_time, end_time]. What happens between its
 * times waits for the next one. Times of the cron are told in the offset in which `start_time` is written.
 */
import { Cron, type CronMode } from 'croner';
import { dateTime } from '../envelope/envelope.schema.js';
import { ItemRejected } from '../errors.js';
import type { Frequency } from './subscription.js';

/** Words that are sent instead of a cron. */
const WORDS: Record<string, string> = {
  hourly: '0 0 * * * ?',
  daily: '0 0 0 * * ?',
  weekly: '0 0 0 ? * MON',
  monthly: '0 0 0 1 * ?',
  yearly: '0 0 0 1 1 ?',
};

/** The first time at or after `from` at which may be sent; undefined when there is none before the end. */
export function nextTime(frequency: Frequency, from: Date): Date | undefined {
  const { start_time: start, end_time: end } = frequency;
  const first = Math.max(from.getTime(), new Date(start).getTime());
  const next = cronOf(frequency).nextRun(new Date(first - 1)) ?? undefined;
  return next !== undefined && next <= new Date(end) ? next : undefined;
}

/** The same of one that was taken once: where it cannot be read any more it names no time to wait for. */
export function nextKnownTime(frequency: Frequency, from: Date): Date | undefined {
  try {
    return nextTime(frequency, from);
  } catch {
    return from;
  }
}

/** @throws ItemRejected `rjct.notify_details.invalid` for no cron, or a window that has passed or holds none of its times */
export function checkFrequency(frequency: Frequency, now: Date): void {
  const { start_time: start, end_time: end } = frequency;
  // Over GraphQL a frequency has no schema.
  for (const [name, time] of Object.entries({ start_time: start, end_time: end }))
    if (!dateTime.safeParse(time).success) throw invalid(`${name}: must be a date-time such as 2026-01-31T08:00:00Z`);
  if (!(new Date(start) < new Date(end))) throw invalid('end_time: must lie after start_time');
  if (!(now < new Date(end))) throw invalid('end_time: lies in the past');
  if (readNext(frequency, now) === undefined) throw invalid('frequency: has no time left before end_time');
}

function readNext(frequency: Frequency, now: Date): Date | undefined {
  try {
    // Five fields are another cron's, whose Monday is our Sunday; a subscription that has them from earlier goes on.
    cronOf(frequency, '6-or-7-parts');
    return nextTime(frequency, now);
  } catch {
    throw invalid(
      'frequency: write a Quartz cron such as "0 0 0 5,15 * ? *" (second, minute, hour, day, month, weekday)',
    );
  }
}

function cronOf({ frequency, start_time: start, end_time: end }: Frequency, mode: CronMode = 'auto'): Cron {
  const pattern = WORDS[frequency.trim().replace(/^@/, '').toLowerCase()] ?? frequency.trim();
  return new Cron(pattern, {
    paused: true,
    mode,
    utcOffset: offsetMinutes(start),
    // The end itself still counts; croner's stopAt does not.
    stopAt: new Date(new Date(end).getTime() + 1000),
    alternativeWeekdays: true,
    sloppyRanges: true,
  });
}

function offsetMinutes(time: string): number {
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})$/.exec(time) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

const invalid = (text: string): ItemRejected => new ItemRejected('rjct.notify_details.invalid', `frequency.${text}`);
