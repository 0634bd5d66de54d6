/** What a command says: its outcome on standard output, as text or JSON; everything else on standard error. */
import type { Writable } from 'node:stream';

const QUIET_MS = 2000;
const REDRAW_MS = 100;

export interface Streams {
  out: Writable;
  err: Writable & { isTTY?: boolean };
}

export interface Progress {
  /** `total` where it is known. */
  at(done: number, total?: number): void;
  end(): void;
}

export class Terminal {
  /** Set where the command did its work and found something wrong. */
  exitCode = 0;

  constructor(
    readonly json: boolean,
    private readonly streams: Streams = { out: process.stdout, err: process.stderr },
  ) {}

  /** The outcome: `data` with `--json`, else the lines. */
  result(data: unknown, ...lines: string[]): void {
    const text = this.json ? JSON.stringify(data) : lines.join('\n');
    this.streams.out.write(`${text}\n`);
  }

  /** A word to the reader, which scripts do not get. */
  note(text: string): void {
    if (!this.json) this.streams.err.write(`${text}\n`);
  }

  /** Silent for two seconds; then a counter that moves on a terminal, and a line now and then elsewhere. */
  progress(step: string, now: () => number = () => performance.now()): Progress {
    const { err } = this.streams;
    const started = now();
    let shown = started + QUIET_MS - (err.isTTY ? REDRAW_MS : QUIET_MS);
    let drawn = false;
    return {
      at: (done, total) => {
        if (now() - shown < (err.isTTY ? REDRAW_MS : QUIET_MS)) return;
        shown = now();
        const line = describe(step, done, total, (shown - started) / 1000);
        err.write(err.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
        drawn = true;
      },
      end: () => {
        if (drawn && err.isTTY) err.write('\r\u001b[2K');
      },
    };
  }
}

function describe(step: string, done: number, total: number | undefined, seconds: number): string {
  const share = total === undefined || total === 0 ? '' : ` of ${total} (${Math.floor((done / total) * 100)} %)`;
  return `${step}: ${done}${share}, ${Math.round(done / seconds)} a second`;
}

/** Rows as columns that line up. */
export function table(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
