import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { action, examples } from './action.js';

interface Options {
  out?: string;
  sender?: string;
}

export const dpiaCommand = (): Command =>
  new Command('dpia')
    .description('what a data-protection impact assessment asks for, filled from the agreements, as Markdown')
    .option('--sender <id>', 'of one partner; left out = all')
    .option('--out <file>', 'write it there')
    .addHelpText(
      'after',
      examples('npx dci dpia', 'npx dci dpia --sender ministry-of-health --out assessment.markdown'),
    )
    .action(
      action<Options>(async (terminal, { out, sender }) => {
        const { withLocalGateway } = await import('./local-gateway.js');
        const { readSharing } = await import('./dpia.run.js');
        const { assessment } = await import('./assessment.js');
        const sharing = await withLocalGateway(terminal, (gateway) => readSharing(gateway, sender));
        const text = assessment(sharing);
        if (out === undefined) return terminal.result(sharing, text.trimEnd());
        await writeFile(out, text);
        const { length } = sharing.agreements;
        return terminal.result({ file: out, agreements: length }, `Written to ${out}: ${length} agreements.`);
      }),
    );
