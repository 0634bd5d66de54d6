/** Whole requests of the OpenAPI document: an example message in its envelope, or in a form. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import type { Endpoint } from '../../messages/endpoints.js';
import { CSV_EXAMPLES, MESSAGE_EXAMPLES } from './examples.js';

export interface OpenApiSettings {
  publicUrl: string;
  serverId: string;
}

/** Where the demo partner takes its answers: it has no server of its own. */
export const callbackOf = ({ publicUrl }: OpenApiSettings, path: string): string =>
  `${publicUrl}/dci/v1/social/registry/${path}`;

export function envelopeExample(
  endpoint: Endpoint,
  definition: RegistryDefinition,
  settings: OpenApiSettings,
  now: Date,
): JsonObject | undefined {
  const message = MESSAGE_EXAMPLES[endpoint.path]?.({ definition, now: now.toISOString() });
  return message === undefined ? undefined : { header: headerExample(endpoint, settings, now), message };
}

/** By name, as the members `examples` of a media type are. */
export function formExamples(
  { path, kind: { action }, mode }: Endpoint,
  envelope: JsonObject | undefined,
  settings: OpenApiSettings,
): JsonObject {
  const csv = CSV_EXAMPLES[path];
  const senderUri = callbackOf(settings, answerPath(action));
  return {
    ...(envelope && {
      json: { value: { action, fileFormat: 'json', fileName: JSON.stringify(envelope) } },
    }),
    ...(csv !== undefined && {
      csv: { value: { action, fileFormat: 'csv', ...(mode === 'ASYNC' && { sender_uri: senderUri }), fileName: csv } },
    }),
  };
}

function headerExample({ kind, mode, receiver = false }: Endpoint, settings: OpenApiSettings, now: Date): JsonObject {
  return {
    version: '1.0.0',
    message_id: randomUUID(),
    message_ts: now.toISOString(),
    action: kind.action,
    ...(receiver ? { status: 'succ' } : {}),
    sender_id: 'demo-partner',
    ...(mode === 'ASYNC' ? { sender_uri: callbackOf(settings, answerPath(kind.action)) } : {}),
    receiver_id: settings.serverId,
    total_count: 1,
  };
}

const answerPath = (action: string): string => (action === 'txn-status' ? 'txn/on-status' : `on-${action}`);
