import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { AuditReport } from '../use-cases/audit/verify-audit.js';
import { action, examples, wholeNumber } from './action.js';
import { privateStream } from './private-file.js';

interface Anchor {
  sequence: number;
  sealHash: string;
}

interface Options {
  from?: number;
  anchor?: Anchor;
  export?: string;
}

export const verifyAuditCommand = (): Command =>
  new Command('verify-audit')
    .description('prove the audit log whole, or name the first row that is not: exit code 1')
    .option('--from <seal>', 'start at this seal and take those before it on trust', wholeNumber(1))
    .option(
      '--anchor <seal:hash>',
      'a head printed earlier: shows that nothing was cut off or written anew',
      readAnchor,
    )
    .option('--export <file>', 'write what was checked as NDJSON that proves itself with public tools')
    .addHelpText('after', examples('npx dci verify-audit', 'npx dci verify-audit --anchor 17:9f86d081…'))
    .action(
      action<Options>(async (terminal, { from, anchor, export: file }) => {
        const { withDatabase } = await import('./local-database.js');
        const { verifyAudit } = await import('../use-cases/audit/verify-audit.js');
        const progress = terminal.progress('seals');
        const report = await withDatabase(terminal, async (database) => {
          if (file !== undefined) {
            const { exportAudit } = await import('../use-cases/audit/export-audit.js');
            const range = from === undefined ? {} : { from };
            await pipeline(Readable.from(exportAudit(database, range)), privateStream(file));
          }
          return verifyAudit(database, {
            ...(from === undefined ? {} : { fromSequence: from }),
            ...(anchor === undefined ? {} : { anchor }),
            onProgress: ({ lastSeal, seals }) => progress.at(seals, lastSeal - (from ?? 1) + 1),
          });
        });
        progress.end();
        if (!report.intact) terminal.exitCode = 1;
        terminal.result(report, ...describe(report));
      }),
    );

function describe({ intact, problem, seals, entries, unsealed, head, removed }: AuditReport): string[] {
  const checked = `${seals} seals over ${entries} entries checked; ${unsealed} entries wait for the next seal.`;
  const keep = head === null ? [] : [`Head: ${head.sequence}:${head.sealHash} (keep it: --anchor compares with it)`];
  const gone = removed.map(({ what, until }) => `${what} before ${until.toISOString()}`);
  const purged = gone.length === 0 ? [] : [`Removed by retention, as the audit says: ${gone.join(', ')}.`];
  if (intact) return ['The audit is whole.', checked, ...purged, ...keep];
  return [`The audit is broken: ${problem?.message ?? 'unknown'} (${problem?.kind ?? ''})`, checked];
}

function readAnchor(value: string): Anchor {
  const [, sequence, sealHash] = /^(\d+):([0-9a-f]{64})$/.exec(value) ?? [];
  if (sequence === undefined || sealHash === undefined)
    throw new InvalidArgumentError('Use the head of an earlier report: its number, a colon, 64 hex digits.');
  return { sequence: Number(sequence), sealHash };
}
