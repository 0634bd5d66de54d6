/** What every reader of a query needs, and the two bounds that keep a query small. */
import type { RecordTypeDefinition, RegistryDefinition } from '../registries/definition.js';
import { criteriaInvalid } from './query-rejection.js';

export const MAX_DEPTH = 8;
export const MAX_COMPARISONS = 64;

/** Where names are looked up. */
export interface Names {
  readonly definition: RegistryDefinition;
  readonly recordType: RecordTypeDefinition;
}

/** @throws Error for a record type that the registry does not have; the caller has chosen one of its own */
export function namesOf(definition: RegistryDefinition, recordType: RecordTypeDefinition | string): Names {
  if (typeof recordType !== 'string') return { definition, recordType };
  const found = definition.recordTypes.find(({ name }) => name === recordType);
  if (!found) throw new Error(`${definition.registry} has no record type ${recordType}`);
  return { definition, recordType: found };
}

export class QueryContext {
  #comparisons = 0;

  /**
   * @param today the calendar day on which ages are counted, `YYYY-MM-DD`
   * @param eventType the event that is searched by, whose date may be compared
   */
  constructor(
    readonly names: Names,
    readonly today: string,
    readonly eventType?: string | null,
  ) {}

  countComparison(): void {
    if (++this.#comparisons > MAX_COMPARISONS)
      throw criteriaInvalid(`a query takes at most ${MAX_COMPARISONS} comparisons; use "in" for lists of values`);
  }

  checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw criteriaInvalid(`a query is nested at most ${MAX_DEPTH} levels deep`);
  }
}
