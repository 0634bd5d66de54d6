/**
 * An administrator reads of persons: who read what of whom is committed before it leaves, and stands in the access report
 * of each person. What is read side by side, such as a page, makes one row.
 */
import DataLoader from 'dataloader';
import { findNamed, type Named } from '../entities/records/named-record.repository.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { readIdentifierValue } from '../protocol/registries/records/identifier-value.js';
import { findIdentifierType } from '../protocol/registries/registries.js';
import { recordAdminAction, type Actor, type ChangeRecord } from '../use-cases/admin-change.js';
import { requireRole } from './authorize.js';
import type { Context } from './context.js';
import { invalid } from '../use-cases/errors.js';
import type { Reading } from './reading.js';

export const READ_PERSONS = 'readPersons';
export const READ_PAYLOAD = 'readPayload';

/** Resolves once the reading is committed; does nothing for partners, whose calls are transactions. */
export async function noteReading(context: Context, reading: Reading): Promise<void> {
  const { principal } = context;
  if (principal.kind !== 'admin') return;
  // Without a memory: who is told the same again, such as by a live subscription, reads it again.
  context.readings ??= new DataLoader((readings) => record(context, principal, readings), { cache: false });
  await context.readings.load(reading);
}

async function record({ services }: Context, admin: Actor, readings: readonly Reading[]): Promise<undefined[]> {
  const { database, clock } = services;
  await database.transaction(async (unit) => {
    for (const [targetType, group] of Map.groupBy(readings, (reading) => reading.targetType)) {
      const named = group.flatMap((reading) => reading.named ?? []);
      const targets = unique(group.flatMap((reading) => reading.targets));
      const after = {
        fields: unique(group.map(({ field }) => field)).sort(),
        about: unique([...targets, ...(await findNamed(unit, named))]),
      };
      const targetId = targets.length > 1 ? 'several' : (targets[0] ?? 'none');
      await recordAdminAction(unit, admin, { action: READ_PERSONS, targetType, targetId, after }, clock());
    }
  });
  return readings.map(() => undefined);
}

const unique = (texts: string[]): string[] => [...new Set(texts)];

export interface PayloadReader {
  admin: Actor;
  reason: string;
}

/** @throws DomainError for roles that may not read stored messages, and where no reason is given */
export function requirePayloadReader(context: Context, reason: string | undefined): PayloadReader {
  const admin = requireRole(context, ['ADMIN', 'AUDITOR']);
  if (reason === undefined || reason.trim() === '')
    throw invalid('reason', 'say why you need to see personal data; it is recorded');
  return { admin, reason };
}

export interface PayloadReading {
  target: Pick<ChangeRecord, 'targetType' | 'targetId'>;
  /** `Type.field` that was read. */
  field: string;
  about: string[];
  named?: Named[];
}

/** A stored message was opened for an administrator: resolves once that is committed. */
export async function notePayload(
  { services: { database, clock } }: Context,
  { admin, reason }: PayloadReader,
  { target, field, about, named = [] }: PayloadReading,
): Promise<void> {
  await database.transaction(async (unit) => {
    const after = { fields: [field], about: unique([...about, ...(await findNamed(unit, named))]) };
    await recordAdminAction(unit, admin, { action: READ_PAYLOAD, ...target, reason, after }, clock());
  });
}

/** Whom any JSON may name: each text in it may be an identifier of each type that it speaks of. */
export function namedIn(definition: RegistryDefinition | undefined, value: unknown): Named[] {
  if (definition === undefined) return [];
  const values = new Set<string>();
  collect(value, values);
  const types = new Set([...values].flatMap((text) => findIdentifierType(definition, text) ?? []));
  return types.size === 0 ? [] : [{ registry: definition.registry, types: [...types].sort(), values: [...values] }];
}

/** Texts, names of members and numbers; of a document in a text, such as a GraphQL query, its words and what it quotes. */
function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'number') into.add(String(value));
  else if (typeof value === 'string') {
    const text = readIdentifierValue(value) ?? value;
    into.add(text);
    for (const [word, quoted = word] of text.matchAll(/"([^"]*)"|[\p{L}\p{N}][\p{L}\p{N}_./-]*/gu))
      into.add(readIdentifierValue(quoted) ?? quoted);
  } else if (Array.isArray(value)) for (const member of value) collect(member, into);
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      into.add(name);
      collect(member, into);
    }
}
