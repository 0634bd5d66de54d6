import { defineDocument } from '../graphql/run-document.js';
import { readConfig } from '../platform/config.js';
import { createRegistries } from '../protocol/registries/registries.js';
import { checkSource, type Sample } from '../sources/outside/check-source.js';
import { proposeSource, type Proposal } from '../sources/outside/propose-source.js';
import { placeFindings, readSourceFile, type FileProblem } from '../sources/outside/source-file.js';
import { CliFailure } from './failure.js';
import type { LocalGateway } from './local-gateway.js';

export interface CheckReport {
  errors: FileProblem[];
  warnings: FileProblem[];
  samples: Sample[];
}

export interface SourceStatus {
  name: string;
  mode: string;
  state: string;
  lagSeconds: number | null;
  served: number;
  withheld: number;
  refused: number;
  lastError: string | null;
}

const STATUS = 'name mode state lagSeconds served withheld refused lastError';
const named = (mutation: string) =>
  defineDocument(`mutation ($name: String!) { changed: ${mutation}(name: $name) { ${STATUS} } }`);
const APPLY = defineDocument(`mutation ($yaml: String!) { applySource(yaml: $yaml) { ${STATUS} } }`);
const READ = defineDocument(`query ($name: String!) { source(name: $name) { ${STATUS} } }`);
const CHANGE = {
  pause: named('pauseSource'),
  resume: named('resumeSource'),
  resync: named('resyncSource'),
  remove: named('removeSource'),
};

/** Needs no gateway: only the source itself, at the address that the environment has. */
export async function checkFile(yaml: string): Promise<CheckReport> {
  const registries = createRegistries();
  const { file, errors, warnings } = readSourceFile(yaml, registries);
  if (file === undefined) return { errors, warnings, samples: [] };
  const { secrets } = readConfig({ ...process.env });
  const checked = await checkSource(file, secrets.sourceUrls, registries);
  return {
    errors: placeFindings(yaml, checked.errors),
    warnings: [...warnings, ...placeFindings(yaml, checked.warnings)],
    samples: checked.samples,
  };
}

export const applySource = async (gateway: LocalGateway, yaml: string): Promise<SourceStatus> =>
  (await gateway.run<{ applySource: SourceStatus }>(APPLY, { yaml })).applySource;

export async function sourceStatus(gateway: LocalGateway, name: string): Promise<SourceStatus> {
  const { source } = await gateway.run<{ source: SourceStatus | null }>(READ, { name });
  if (source === null) throw new CliFailure(`there is no source ${name}`, 'npx dci source apply FILE connects one');
  return source;
}

export const changeSource = async (
  gateway: LocalGateway,
  action: keyof typeof CHANGE,
  name: string,
): Promise<SourceStatus> => (await gateway.run<{ changed: SourceStatus }>(CHANGE[action], { name })).changed;

export const proposeFile = (url: string, table: string, registry: string): Promise<Proposal> =>
  proposeSource(url, table, registry, createRegistries());
