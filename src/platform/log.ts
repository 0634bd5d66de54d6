/** One JSON line per event. What could be a secret or personal data is left out here, whatever a caller passes. */
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { describeError } from './describe-error.js';
import { hopFields } from './hop.js';

export type Log = Logger;

const SECRETS = [
  'authorization',
  'body',
  'clientSecret',
  'client_secret',
  'cookie',
  'password',
  'privateKey',
  'secret',
  'signature',
  'token',
];

export function createLog(level: string, destination?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: hopFields,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError, error: describeError, cause: describeCause },
    hooks: { logMethod: onceInAWhile() },
  };
  return pino(options, destination ?? standardOutput());
}

/** It may be a file on a full disk: then lines are lost, and nothing else. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, maxLength: KEPT_CHARACTERS });
  const flush = output.flushSync.bind(output);
  let isFull = false;
  output.on('error', () => (isFull = true)).on('write', () => (isFull = false));
  // Of its own, at the exit, it would wait for room without end.
  output.flushSync = () => {
    if (!isFull) flush();
  };
  return output;
}
/** Until there is room again. */
const KEPT_CHARACTERS = 8_388_608;

/** Of a refusal, where it may also be a text; errors of libraries carry what they read, such as a token's payload. */
const describeCause = (cause: unknown): unknown => (typeof cause === 'string' ? cause : describeError(cause));

/**
 * A fault that lasts (a full disk, a database away) says the same at every request: some of these lines are written, the others
 * counted in one.
 */
function onceInAWhile(): NonNullable<LoggerOptions['hooks']>['logMethod'] {
  const windows = new Map<string, number>();
  return function logMethod(args, method, level) {
    const fault = level >= FAULT_LEVEL ? faultOf(args) : undefined;
    if (fault === undefined) return method.apply(this, args);
    const seen = (windows.get(fault.key) ?? 0) + 1;
    windows.set(fault.key, seen);
    if (seen <= LINES_AT_ONCE) method.apply(this, args);
    if (seen > 1) return;
    setTimeout(() => {
      const left = (windows.get(fault.key) ?? 0) - LINES_AT_ONCE;
      windows.delete(fault.key);
      if (left > 0) method.apply(this, [{ repeated: left, code: fault.code }, fault.message]);
    }, WINDOW_MS).unref();
  };
}
const FAULT_LEVEL = 40;
const LINES_AT_ONCE = 5;
const WINDOW_MS = 10_000;

/** Of a line that tells of an error: what makes two the same. */
function faultOf([what, message]: unknown[]): { key: string; message: string; code: unknown } | undefined {
  if (typeof what !== 'object' || what === null || !('err' in what) || typeof message !== 'string') return undefined;
  const { err } = what;
  const code = typeof err === 'object' && err !== null && 'code' in err ? err.code : undefined;
  return { key: `${message} ${String(code)}`, message, code };
}
