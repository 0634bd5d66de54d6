import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { parse } from 'csv-parse/sync';

import { createLog } from '../../src/platform/log.js';

function logged(write: (log: ReturnType<typeof createLog>) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  write(createLog(level, sink));
  return lines.map((line) => JSON.parse(line));
}

test('a line has an ISO time, its level by name and its message', () => {
  const [line] = logged((log) => log.info({ registry: 'SOCIAL' }, 'search answered'));
  expect(line).toMatchObject({ level: 'info', registry: 'SOCIAL', msg: 'search answered' });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(logged((log) => log.info('quiet'), 'warn')).toEqual([]);
});

test('secrets are redacted three levels deep', () => {
  const [line] = logged((log) => log.info({ token: 'S3', request: { headers: { authorization: 'Bearer S3' } } }));
  expect(JSON.stringify(line)).not.toContain('S3');
  expect(JSON.stringify(line)).toContain('[redacted]');
});

test('errors that quote their input lose the quote and keep the rest', () => {
  const ofJson = new Error('the body is not JSON', { cause: attempt(() => JSON.parse('{"id":"UIN-1234"')) });
  const ofDatabase = Object.assign(new Error('Key (value)=(UIN-1234) exists'), { code: '23505', detail: 'UIN-1234' });
  const ofOrm = Object.assign(new Error("select 'UIN-1234' - failed"), { query: "select 'UIN-1234'" });
  const ofCsv = attempt(() => parse('id\nUIN-1234 "x"'));
  expect(String(ofCsv)).toContain('UIN-1234');
  const lines = logged((log) => [ofJson, ofDatabase, ofOrm, ofCsv].forEach((err) => log.error({ err }, 'failed')));
  expect(JSON.stringify(lines)).not.toContain('UIN-1234');
  expect(lines[0]?.err).toMatchObject({ message: 'the body is not JSON', cause: { type: 'SyntaxError' } });
  expect(lines[1]?.err).toMatchObject({ type: 'Error', code: '23505' });
  expect(lines[3]?.err).toMatchObject({ code: 'INVALID_OPENING_QUOTE' });
});

test('the cause of a refusal is told as an error is, without what it read, or as the text that it is', () => {
  const claim = Object.assign(new Error('unexpected "aud" claim value'), {
    code: 'ERR_JWT',
    payload: { sub: 'UIN-1234' },
  });
  const [error, text] = logged((log) => [claim, 'no key'].forEach((cause) => log.info({ cause }, 'request refused')));
  expect(error?.cause).toMatchObject({ code: 'ERR_JWT', message: claim.message });
  expect(JSON.stringify(error)).not.toContain('UIN-1234');
  expect(text?.cause).toBe('no key');
});

test('what the database says of itself is told: whoever reads the log may not know its codes', () => {
  const full = Object.assign(new Error('could not extend file "base/5/1": No space left on device'), { code: '53100' });
  const [line] = logged((log) => log.error({ err: full }, 'failed'));
  expect(line?.err).toMatchObject({ code: '53100', message: full.message });
});

test('a fault that lasts is a few lines and one with their number; another fault and a line without one are written', () => {
  jest.useFakeTimers();
  try {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({ write: (line, _, done) => (lines.push(JSON.parse(String(line))), done()) });
    const log = createLog('info', sink);
    const full = Object.assign(new Error('no space'), { code: '53100' });
    for (let time = 0; time < 1761; time++) log.error({ err: full, id: time }, 'work failed');
    log.error({ err: Object.assign(new Error('gone'), { code: '57P01' }) }, 'work failed');
    for (let time = 0; time < 20; time++) log.warn({ sender: time }, 'refused');
    expect(lines.filter(({ msg }) => msg === 'work failed')).toHaveLength(6);
    expect(lines.filter(({ msg }) => msg === 'refused')).toHaveLength(20);
    jest.advanceTimersByTime(10_000);
    expect(lines.at(-1)).toMatchObject({ level: 'error', msg: 'work failed', repeated: 1756, code: '53100' });
    log.error({ err: full }, 'work failed');
    expect(lines.at(-1)).toMatchObject({ err: { code: '53100' } });
  } finally {
    jest.useRealTimers();
  }
});

function attempt(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}
