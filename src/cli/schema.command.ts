import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { action, examples } from './action.js';

interface Options {
  out?: string;
  check?: string;
}

export const schemaCommand = (): Command =>
  new Command('schema')
    .description('print the GraphQL schema; or write it to a file, or compare it with one')
    .option('--out <file>', 'write it there')
    .option('--check <file>', 'compare: exit code 1 where the file is not this schema')
    .addHelpText('after', examples('npx dci schema', 'npx dci schema --out schema.graphql'))
    .action(
      action<Options>(async (terminal, { out, check }) => {
        const { printGatewaySchema } = await import('../graphql/schema.js');
        const schema = await printGatewaySchema();
        if (check !== undefined) {
          const same = (await readFile(check, 'utf8')) === schema;
          if (!same) terminal.exitCode = 1;
          const stale = `${check} is not the schema of this version: npx dci schema --out ${check}`;
          return terminal.result({ file: check, same }, same ? `${check} is the schema of this version.` : stale);
        }
        if (out === undefined) return terminal.result({ schema }, schema.trimEnd());
        await writeFile(out, schema);
        return terminal.result({ file: out }, `Written to ${out}.`);
      }),
    );
