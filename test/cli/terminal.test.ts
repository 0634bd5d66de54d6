import { PassThrough } from 'node:stream';
import { Terminal, table } from '../../src/cli/terminal.js';

function terminalOf({ json = false, isTTY = false } = {}) {
  const [out, err] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
  let time = 0;
  const terminal = new Terminal(json, { out, err });
  const said = (stream: PassThrough): string => String(stream.read() ?? '');
  return {
    terminal,
    out: () => said(out),
    err: () => said(err),
    now: () => time,
    wait: (ms: number) => void (time += ms),
  };
}

test('the outcome is text, or one line of JSON without any other word', () => {
  const people = terminalOf();
  people.terminal.note('a word');
  people.terminal.result({ a: 1 }, 'one', 'two');
  expect([people.out(), people.err()]).toEqual(['one\ntwo\n', 'a word\n']);
  const scripts = terminalOf({ json: true });
  scripts.terminal.note('a word');
  scripts.terminal.result({ a: 1 }, 'one', 'two');
  expect([scripts.out(), scripts.err()]).toEqual(['{"a":1}\n', '']);
});

test('progress is silent for two seconds, then a line now and then', () => {
  const { terminal, err, now, wait } = terminalOf();
  const progress = terminal.progress('rows', now);
  wait(1900);
  progress.at(10, 100);
  expect(err()).toBe('');
  wait(200);
  progress.at(21, 100);
  progress.at(22, 100);
  expect(err()).toBe('rows: 21 of 100 (21 %), 10 a second\n');
  wait(2100);
  progress.at(42, 100);
  progress.end();
  expect(err()).toBe('rows: 42 of 100 (42 %), 10 a second\n');
});

test('on a terminal it moves in place and is wiped at the end', () => {
  const { terminal, err, now, wait } = terminalOf({ isTTY: true });
  const progress = terminal.progress('rows', now);
  wait(1000);
  progress.at(10);
  expect(err()).toBe('');
  wait(1100);
  progress.at(21);
  wait(50);
  progress.at(22);
  wait(60);
  progress.at(23);
  progress.end();
  expect(err()).toBe('\r\u001b[2Krows: 21, 10 a second\r\u001b[2Krows: 23, 10 a second\r\u001b[2K');
});

test('a table lines up', () => {
  expect(
    table([
      ['A', 'BB'],
      ['CCC', 'D'],
    ]),
  ).toEqual(['A    BB', 'CCC  D']);
});
