/** What the system tells of a process (Linux). */
import { readFileSync } from 'node:fs';

/** In MB; `VmRSS` = now, `VmHWM` = at most so far. */
export function memoryOf(pid, name = 'VmRSS') {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kilobytes) / 1024);
}

/** Seconds that its event loop has computed, which is its first thread. */
export const loopOf = (pid) => cpuOf(`${pid}/task/${pid}`);

/** Seconds that it has computed, all threads together. */
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The value below which `share` of them lie. */
export const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
