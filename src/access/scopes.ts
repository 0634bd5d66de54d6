/**
 * OAuth2 scopes (protocol 6.1): `registry.search`, `registry/search`, or narrower `registry.social.search`. A token
 * without scopes may do all that the agreements allow; one with scopes no more than they name.
 */
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Registries } from '../protocol/registries/registries.js';
import type { Operation } from '../protocol/vocabulary.js';

/** What an action allows; a receiver's action is a scope of its own. */
const ACTIONS: Record<string, Operation[]> = {
  search: ['SEARCH', 'ENROLLED', 'DISABLED', 'DISABILITY_DETAILS', 'DISABILITY_SUPPORT', 'BULK_SEARCH'],
  verify: ['VERIFY', 'BULK_VERIFY'],
  subscribe: ['SUBSCRIBE'],
  unsubscribe: ['UNSUBSCRIBE'],
  notify: ['NOTIFY', 'ENROLLMENT_UPDATES'],
  'txn-status': ['TXN_STATUS'],
  receipt: ['RECEIPT'],
  'on-search': [],
  'on-subscribe': [],
  'on-unsubscribe': [],
  'txn-on-status': [],
};

/** Without a registry, every one; the narrower form puts a registry's path before the action. */
export const SCOPES = Object.keys(ACTIONS).map((action) => `registry.${action}`);

export interface ScopeQuestion {
  /** `header.action` of the endpoint, where there is one. */
  action?: string | undefined;
  operation?: Operation | undefined;
  definition?: Pick<RegistryDefinition, 'registry'> | undefined;
}

/** The canonical form of a scope that is understood: `registry.search` or `registry.SOCIAL.search`; else undefined. */
export function readScope(registries: Registries, text: string): string | undefined {
  const [root, ...rest] = text.toLowerCase().split(/[./]/);
  const action = rest.pop()?.replaceAll('_', '-') ?? '';
  if (root !== 'registry' || !Object.hasOwn(ACTIONS, action) || rest.length > 1) return undefined;
  const [name] = rest;
  if (name === undefined) return `registry.${action}`;
  const definition = registries.byPath(name) ?? registries.byName(name);
  return definition === undefined ? undefined : `registry.${definition.registry}.${action}`;
}

/** @param scopes canonical; none = all */
export function scopesAllow(scopes: string[] | undefined, { action, operation, definition }: ScopeQuestion): boolean {
  if (scopes === undefined || scopes.length === 0) return true;
  return scopes.some((scope) => {
    const [, ...rest] = scope.split('.');
    const named = rest.pop() ?? '';
    const [registry] = rest;
    if (registry !== undefined && registry !== definition?.registry) return false;
    return operation === undefined ? named === action : (ACTIONS[named]?.includes(operation) ?? false);
  });
}
