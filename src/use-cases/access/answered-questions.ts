/** Questions about a person that were answered with yes or no, and nothing else: what was asked, and what was said. */
import { findAnswers } from '../../entities/transactions/payload.repository.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import { findAttribute } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import type { Services } from '../services.js';
import type { AnsweredQuestion, ToldAnswer } from './access.types.js';

/** Their answers are small, and about one person each. */
const OF_ONE = ['VERIFY', 'DISABLED', 'ENROLLED'];
const YES_NO = new Set([...OF_ONE, 'BULK_VERIFY']);

/** Of a decision; those of earlier versions name no questions. */
export interface Asked {
  operation?: string;
  recordType?: string;
  asked?: string[];
}

/** Whether a decision let out answers to questions, and no field. */
export const onlyAnswers = (kind: string, { operation = kind, asked }: Asked): boolean =>
  asked !== undefined || YES_NO.has(operation);

/** The answers that are still kept, by id of the transaction. */
export async function openAnswers(
  { database, vault }: Pick<Services, 'database' | 'vault'>,
  ids: string[],
): Promise<Map<string, unknown>> {
  const rows = await findAnswers(database, ids, OF_ONE);
  const opened = rows.map(async ({ id, dataKeyId, sealed }): Promise<[string, unknown]> => [
    id,
    await openPayload(vault, dataKeyId, sealed, `transaction:${id}:response`),
  ]);
  return new Map(await Promise.all(opened));
}

export function questionsOf(
  definition: RegistryDefinition | undefined,
  decision: Asked,
  answer: unknown,
): AnsweredQuestion[] {
  const verified = memberOf(answer, 'verified');
  const told = typeof verified === 'object' && verified !== null ? (verified as Record<string, unknown>) : undefined;
  const { asked = Object.keys(told ?? {}) } = decision;
  const recordType = definition?.recordTypes.find(({ name }) => name === decision.recordType);
  return asked.map((name) => ({
    attribute: (definition && recordType && findAttribute(definition, recordType, name)?.path) ?? name,
    answer: told === undefined ? statusTold(answer) : toldBy(told[name]),
  }));
}

const TOLD = new Map<unknown, ToldAnswer>([
  [true, 'YES'],
  [false, 'NO'],
  ['yes', 'YES'],
  ['no', 'NO'],
  [null, 'NOT_RECORDED'],
]);
const toldBy = (value: unknown): ToldAnswer => TOLD.get(value) ?? 'NOT_KEPT';

/** Of a question about a status: as the API tells it, or as the message does (protocol 3.8). */
function statusTold(answer: unknown): ToldAnswer {
  const [response] = ['disabled', 'enrolled'].flatMap((name) => {
    const list = memberOf(answer, `${name}_response`);
    return Array.isArray(list) ? [memberOf(list[0], `${name}_status`)] : [];
  });
  return toldBy(response ?? memberOf(answer, 'holds'));
}

/** Of a message, in its envelope or without. */
export function memberOf(value: unknown, name: string): unknown {
  const { message, ...own } = Object(value) as Record<string, unknown>;
  return own[name] ?? (Object(message) as Record<string, unknown>)[name];
}
