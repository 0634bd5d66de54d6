/** Sources in words. */
import type { CheckReport, SourceStatus } from './source.run.js';

export function describeCheck(file: string, { errors, warnings, samples }: CheckReport): string[] {
  const lines = [
    ...errors.map(({ line, column, message }) => `error    ${file}:${line}:${column}  ${message}`),
    ...warnings.map(({ line, column, message }) => `warning  ${file}:${line}:${column}  ${message}`),
    ...samples.map(({ entry, data }) => `sample   ${entry}  ${JSON.stringify(data)}`),
  ];
  return [
    ...lines,
    errors.length === 0 ? 'No errors.' : `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}.`,
  ];
}

export function describeSource(source: SourceStatus): string[] {
  const { name, mode, state, lagSeconds, served, withheld, refused, lastError } = source;
  return [
    `Source ${name} (${mode}) is ${state}${lagSeconds === null ? '' : `, ${lagSeconds} s behind`}.`,
    `  served ${served}, withheld ${withheld}, refused ${refused}`,
    ...(lastError === null ? [] : [`  last error: ${lastError}`]),
  ];
}
