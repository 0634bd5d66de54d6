/** What the system tells of a process (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** In MB; `VmRSS` = now, `VmHWM` = at most so far. */
export function memoryOf(pid, name = 'VmRSS') {
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kilobytes) / 1024);
}

/** Seconds that its event loop has computed, which is its first thread. */
export const loopOf = (pid) => cpuOf(`${pid}/task/${pid}`);

/** Seconds that it has computed, all threads together. */
export const cpuOf = (pid) => timesOf(pid).own;

/** The same with its children, also those that have ended. */
export function cpuOfAll(pid) {
  const { own, ended } = timesOf(pid);
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isChild(name, pid));
  return children.reduce((sum, child) => sum + cpuOf(child), own + ended);
}

function isChild(name, pid) {
  try {
    return Number(statOf(name)[1]) === pid;
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function timesOf(pid) {
  const [user, system, ofEnded, systemOfEnded] = statOf(pid).slice(11, 15).map(Number);
  return { own: (user + system) / 100, ended: (ofEnded + systemOfEnded) / 100 };
}

const statOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');

/** The value below which `share` of them lie. */
export const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
