/**
 * `npm run bench:model`: a country, reckoned from what one of each costs (bench/units.json): 100 million persons and 1 000
 * partners where nothing else is said. Every assumption is printed; each can be given another value.
 *
 *   npm run bench:model -- [--persons 100000000] [--partners 1000] [--json] … [--write]
 *
 * `--write` puts what it says into docs/scaling.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Name, value, what it says. */
const ASSUMPTIONS = [
  ['persons', 100_000_000, 'persons registered'],
  ['partners', 1000, 'partners'],
  ['searches-a-day', 20_000, 'searches of one partner in a day, mean'],
  ['peak', 6, 'the busiest second over the mean one'],
  ['changes-a-day', 0.002, 'changes of one record in a day'],
  ['subscribers', 3, 'subscribers that hear of one change'],
  ['retention-days', 365, 'days that a transaction is kept'],
  ['notification', 2.5, 'a notification over a search, in CPU and bytes: fan-out, delivery, receipt'],
  ['utilisation', 0.6, 'of a core that may be used at the peak'],
  ['cores-a-process', 1, 'cores that a process of the gateway fills'],
  ['read-share', 0.3, 'of PostgreSQL’s work for a search that a replica can take; audit and quotas stay'],
  ['primary-cores', 32, 'cores of the largest database server that is wanted'],
];

/** What is told, by member of the result. */
const TOLD = {
  records: 'records',
  searchesASecondAtPeak: 'searches a second at the peak',
  notificationsASecondAtPeak: 'notifications a second at the peak',
  gatewayProcesses: 'processes of the gateway',
  databaseCores: 'cores of PostgreSQL in all',
  primaryCores: 'of them on the primary, where replicas take searches',
  replicaCores: 'of them on replicas',
  primaries: 'primaries',
  recordTerabytes: 'terabytes of records, their columns and indexes',
  transactionTerabytes: 'terabytes of transactions, audit and answers',
  hoursToLoad: 'hours to load the records, with half of the primary',
};

const { values: given } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    ...Object.fromEntries(ASSUMPTIONS.map(([name]) => [name, { type: 'string' }])),
  },
});
const units = JSON.parse(readFileSync(new URL('units.json', import.meta.url), 'utf8'));
const assumed = Object.fromEntries(ASSUMPTIONS.map(([name, value]) => [name, read(name, given[name] ?? value)]));
const result = reckon(assumed, units);
const text = given.json ? JSON.stringify({ units, assumed, result }) : sentences().join('\n');
process.stdout.write(`${text}\n`);
if (given.write) publish(text);

function read(name, value) {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${name}: a number above 0`);
  return number;
}

function reckon(a, { cpuMsPerSearch, bytesPerRecord, bytesPerTransaction, recordsPerPerson, cpuMsPerRecordLoaded }) {
  const records = a.persons * recordsPerPerson;
  const searchesASecond = (a.partners * a['searches-a-day']) / 86_400;
  const changesASecond = (records * a['changes-a-day']) / 86_400;
  const notificationsASecond = changesASecond * a.subscribers;
  const worked = (searchesASecond + notificationsASecond * a.notification) * a.peak;
  const cores = (ms) => (worked * ms) / 1000 / a.utilisation;
  const writing = (changesASecond * a.peak * cpuMsPerRecordLoaded) / 1000 / a.utilisation;
  const databaseCores = cores(cpuMsPerSearch.postgresql) + writing;
  const onReplicas = (searchesASecond * a.peak * cpuMsPerSearch.postgresql * a['read-share']) / 1000 / a.utilisation;
  const transactionsADay = (searchesASecond + notificationsASecond * a.notification) * 86_400;
  return {
    records,
    searchesASecondAtPeak: searchesASecond * a.peak,
    notificationsASecondAtPeak: notificationsASecond * a.peak,
    gatewayProcesses: Math.ceil(cores(cpuMsPerSearch.node) / a['cores-a-process']),
    databaseCores,
    primaryCores: databaseCores - onReplicas,
    primaries: Math.ceil((databaseCores - onReplicas) / a['primary-cores']),
    replicaCores: onReplicas,
    recordTerabytes: (records * bytesPerRecord) / 1e12,
    transactionTerabytes: (transactionsADay * a['retention-days'] * bytesPerTransaction) / 1e12,
    hoursToLoad: (records * cpuMsPerRecordLoaded) / 3_600_000 / (a['primary-cores'] / 2),
  };
}

function sentences() {
  const shown = (value) => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 3 : 0 });
  const { node, postgresql } = units.cpuMsPerSearch;
  return [
    `Measured (${units.measuredAt}, node bench/units.mjs)`,
    `  a signed search: ${node} ms of Node, ${postgresql} ms of PostgreSQL; ${units.bytesPerTransaction} bytes kept`,
    `  a record: ${units.bytesPerRecord} bytes, ${units.cpuMsPerRecordLoaded} ms to load; ${units.recordsPerPerson} a person`,
    'Assumed',
    ...ASSUMPTIONS.map(([name, , told]) => `  --${name} ${shown(assumed[name])}`.padEnd(34) + told),
    'Then',
    ...Object.entries(TOLD).map(([name, told]) => `  ${shown(result[name]).padStart(14)}  ${told}`),
    ...(result.primaries > 1
      ? ['  More than one primary: a gateway a registry or a region, each with its database (docs/scaling.md)']
      : []),
  ];
}

function publish(said) {
  const document = new URL('../docs/scaling.md', import.meta.url);
  const [before, , after] = readFileSync(document, 'utf8').split(/(?<=<!-- model -->)|(?=<!-- \/model -->)/);
  writeFileSync(document, `${before}\n\n\`\`\`text\n${said}\n\`\`\`\n\n${after}`);
}
