/** Filters of a list, said once: what they are called, what they take, and how their choices are worded. */
import type en from '../i18n/en.json';
import { OPERATIONS, REGISTRIES } from './vocabulary.js';

export type FieldName = keyof typeof en.field;

export type Filter<Value extends string = string> =
  | { kind: 'text' }
  | { kind: 'time' }
  | { kind: 'sender' }
  | { kind: 'choice'; values: readonly Value[]; messages: 'registry' | 'operation' | 'states' };

export type FilterSpec = Partial<Record<FieldName, Filter>>;

/** What the API's filter input takes: text, an instant, or one of the choices. */
export type FilterValues<Spec extends FilterSpec> = {
  [Name in keyof Spec]?: Spec[Name] extends { values: readonly (infer Value)[] } ? Value : string;
};

export const TEXT = { kind: 'text' } as const;
export const TIME = { kind: 'time' } as const;
export const SENDER = { kind: 'sender' } as const;
export const REGISTRY = { kind: 'choice', values: REGISTRIES, messages: 'registry' } as const;
export const OPERATION = { kind: 'choice', values: OPERATIONS, messages: 'operation' } as const;

export const stateOf = <Value extends string>(values: readonly Value[]) =>
  ({ kind: 'choice', values, messages: 'states' }) as const;
