/** Sources looked at before they are applied; each look is in the audit, since it reads what somebody else keeps. */
import type { Admin } from '../../access/principal.js';
import { checkSource, type Sample } from '../../sources/outside/check-source.js';
import { proposeSource, type Proposal } from '../../sources/outside/propose-source.js';
import { SourceFault } from '../../sources/outside/source-fault.js';
import { placeFindings, readSourceFile, type FileProblem } from '../../sources/outside/source-file.js';
import { changeAsAdmin } from '../admin-change.js';
import { invalid } from '../errors.js';
import type { Services } from '../services.js';

export interface CheckedFile {
  errors: FileProblem[];
  warnings: FileProblem[];
  samples: Sample[];
}

export async function checkSourceFile(services: Services, admin: Admin, yaml: string): Promise<CheckedFile> {
  const checked = await lookThrough(services, yaml);
  const after = { errors: checked.errors.length, warnings: checked.warnings.length };
  return told(services, admin, 'checkSource', checked.name, after, checked);
}

async function lookThrough(
  { registries, sourceUrls }: Pick<Services, 'registries' | 'sourceUrls'>,
  yaml: string,
): Promise<CheckedFile & { name: string }> {
  const { file, errors, warnings } = readSourceFile(yaml, registries);
  if (file === undefined) return { name: '', errors, warnings, samples: [] };
  const checked = await checkSource(file, sourceUrls, registries);
  return {
    name: file.source.name,
    errors: placeFindings(yaml, checked.errors),
    warnings: [...warnings, ...placeFindings(yaml, checked.warnings)],
    samples: checked.samples,
  };
}

/** @param asked `url` names a variable of the environment: an address has a password, and is never sent here */
export async function proposeSourceFile(
  services: Services,
  admin: Admin,
  asked: { url: string; table: string; registry: string },
): Promise<Proposal> {
  const { url, table, registry } = asked;
  const address = Object.hasOwn(services.sourceUrls, url) ? services.sourceUrls[url] : undefined;
  if (address === undefined)
    throw invalid('url', 'must name a variable of the environment that holds the address of a database');
  try {
    const proposal = await proposeSource(address, table, registry, services.registries);
    return await told(services, admin, 'proposeSource', table, { url, registry }, proposal);
  } catch (error) {
    if (error instanceof SourceFault) throw invalid('table', error.message);
    throw error;
  }
}

const told = <Result>(
  services: Services,
  admin: Admin,
  action: string,
  targetId: string,
  after: Record<string, unknown>,
  result: Result,
): Promise<Result> =>
  changeAsAdmin(services, admin, async () => ({
    result,
    change: { action, targetType: 'Source', targetId, after },
  }));
