/** ISO 8601 durations in weeks, days, hours, minutes and seconds; months and years have no length of their own. */
import { invalid } from '../errors.js';

const FORM = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const SECONDS = [604_800, 86_400, 3600, 60, 1];

/** @throws DomainError for another form, or outside of `min` to `max` seconds */
export function readDuration(text: string, field: string, min: number, max: number): number {
  const parts = FORM.exec(text)?.slice(1);
  const seconds = parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (SECONDS[index] ?? 0), 0);
  if (seconds === undefined || seconds < min || seconds > max)
    throw invalid(field, `an ISO 8601 duration from PT${min / 60}M to P${max / 86_400}D, such as PT1H`);
  return seconds;
}
