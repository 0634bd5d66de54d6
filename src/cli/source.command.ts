import { Command } from 'commander';
import { action, examples } from './action.js';
import { readText } from './files.js';
import { describeCheck, describeSource } from './source.text.js';

export const sourceCommand = (): Command =>
  new Command('source')
    .description('serve a registry that another system keeps')
    .addCommand(checkCommand())
    .addCommand(applyCommand())
    .addCommand(statusCommand())
    .addCommand(changeCommand('pause', 'read it no more until it is resumed; copies are served as they are'))
    .addCommand(changeCommand('resume', 'read it again where it stopped'))
    .addCommand(changeCommand('resync', 'read everything again, and end what is gone there, however much'))
    .addCommand(changeCommand('remove', 'disconnect it: its copies are deleted here, without events'))
    .addCommand(proposeCommand());

const checkCommand = (): Command =>
  new Command('check')
    .description('look at a source through its file; nothing is kept or served')
    .argument('<file>', 'YAML; - reads standard input')
    .addHelpText('after', examples('npx dci source check sources/farmers.yaml'))
    .action(
      action(async (terminal, _options, file = '') => {
        const yaml = await readText(file);
        const { checkFile } = await import('./source.run.js');
        const checked = await checkFile(yaml);
        terminal.result(checked, ...describeCheck(file, checked));
        if (checked.errors.length > 0) terminal.exitCode = 1;
      }),
    );

const applyCommand = (): Command =>
  new Command('apply')
    .description('connect a source, or change one: it is read from the start')
    .argument('<file>', 'YAML; - reads standard input')
    .addHelpText('after', examples('npx dci source apply sources/farmers.yaml'))
    .action(
      action(async (terminal, _options, file = '') => {
        const yaml = await readText(file);
        const { withLocalGateway } = await import('./local-gateway.js');
        const { applySource } = await import('./source.run.js');
        const source = await withLocalGateway(terminal, (gateway) => applySource(gateway, yaml));
        terminal.result(source, ...describeSource(source), `Next: npx dci source status ${source.name}`);
      }),
    );

const statusCommand = (): Command =>
  new Command('status')
    .description('how a source stands')
    .argument('<name>')
    .addHelpText('after', examples('npx dci source status farmers'))
    .action(
      action(async (terminal, _options, name = '') => {
        const { withLocalGateway } = await import('./local-gateway.js');
        const { sourceStatus } = await import('./source.run.js');
        const source = await withLocalGateway(terminal, (gateway) => sourceStatus(gateway, name));
        terminal.result(source, ...describeSource(source));
      }),
    );

const changeCommand = (name: 'pause' | 'resume' | 'resync' | 'remove', description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<name>')
    .addHelpText('after', examples(`npx dci source ${name} farmers`))
    .action(
      action(async (terminal, _options, source = '') => {
        const { withLocalGateway } = await import('./local-gateway.js');
        const { changeSource } = await import('./source.run.js');
        const changed = await withLocalGateway(terminal, (gateway) => changeSource(gateway, name, source));
        terminal.result(changed, ...(name === 'remove' ? [`Source ${source} is removed.`] : describeSource(changed)));
      }),
    );

const proposeCommand = (): Command =>
  new Command('propose')
    .description('draft the file of a source from the columns of a table or view')
    .requiredOption('--url <address>', 'postgres://, mysql:// or mariadb:// address; it is not written into the draft')
    .requiredOption('--table <name>', 'table or view, with its schema where it has one')
    .option('--registry <name>', 'such as SOCIAL or FR', 'SOCIAL')
    .addHelpText(
      'after',
      examples('npx dci source propose --url "$FARMERS_DATABASE_URL" --table farmer > farmers.yaml'),
    )
    .action(
      action<{ url: string; table: string; registry: string }>(async (terminal, { url, table, registry }) => {
        const { proposeFile } = await import('./source.run.js');
        const { yaml, unmapped } = await proposeFile(url, table, registry);
        terminal.result({ yaml, unmapped }, yaml.trimEnd());
      }),
    );
