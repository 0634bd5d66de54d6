/** What the questions of `dci call` share: how they name registry and person, and how a reply is shown. */
import { Command, InvalidArgumentError } from 'commander';
import type { Reply } from '../client/dci-client.js';
import type { NameValue } from '../client/messages.js';
import { createRegistries } from '../protocol/registries/registries.js';
import type { PartnerOptions } from './partner.js';
import type { Terminal } from './terminal.js';

export interface Question extends PartnerOptions {
  registry: string;
  id?: NameValue[];
  where?: NameValue[];
}

export const question = (name: string, description: string, registry = 'social'): Command =>
  new Command(name)
    .description(description)
    .option('--registry <name>', 'social, crvs, dr, fr, ibr, ess', registryPath, registry)
    .option('--id <type=value>', 'an identifier, such as UIN=123456789', pair);

/** A reply that rejects what was asked is printed like any other, and is exit code 1. */
export function show(terminal: Terminal, { signedBy, body }: Reply): void {
  const status: unknown = Object(body['header']).status ?? body['status'] ?? Object(body['message']).ack_status;
  if (status === 'rjct' || status === 'ERR') terminal.exitCode = 1;
  const proof =
    signedBy === undefined ? 'An acknowledgement; it carries no signature.' : `Signature verified, key ${signedBy}.`;
  terminal.note(proof);
  terminal.result(
    { verified: signedBy !== undefined, signedBy: signedBy ?? null, reply: body },
    JSON.stringify(body, null, 2),
  );
}

export function pair(text: string, before: NameValue[] = []): NameValue[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Use name=value.');
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}

export const typed = (value: string): string | boolean =>
  value === 'true' || value === 'false' ? value === 'true' : value;

/** The path segment, which is also a name that the short form reads. */
export function registryPath(name: string): string {
  const registries = createRegistries();
  const path = (registries.byName(name) ?? registries.byPath(name))?.paths[0];
  if (path !== undefined) return path;
  throw new InvalidArgumentError(`Use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}.`);
}
