/**
 * The published OpenAPI files of the specification, repaired as far as they contradict themselves, as judges of what we
 * send. Where they are not at hand, nothing is judged.
 */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { load } from 'js-yaml';
import { hasPublished, PUBLISHED } from './published.js';

const PATHS: Record<string, string> = {
  social: 'social',
  sr: 'social',
  crvs: 'crvs',
  civil: 'crvs',
  dr: 'dr',
  disability: 'dr',
  fr: 'fr',
  farmer: 'fr',
  ibr: 'ibr',
  beneficiary: 'ibr',
};

// The files are judged, not typed.
// oxlint-disable-next-line typescript/no-explicit-any
type Yaml = any;

const documents = new Map<string, Yaml>();
const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
addFormats.default(ajv, ['date-time', 'date', 'uri']);
for (const format of ['int32', 'int64', 'float', 'double', 'binary', 'object', 'string']) ajv.addFormat(format, true);

/** What the specification has against a reply of ours; empty when nothing, or when it does not describe the endpoint. */
export function replyProblems(path: string, status: number, body: unknown): string[] {
  const [registry, endpoint] = split(path);
  if (registry === undefined || endpoint === undefined) return [];
  // The statuses above 400 that the files declare share one schema; 403 stands for those they leave out.
  const pointer = replyPointer(registry, endpoint, status >= 400 ? '403' : 'default');
  return pointer === undefined ? [] : problems(registry, pointer, body);
}

/** What the specification has against a message to `endpoint` (such as `/registry/on-search`), sent by either side. */
export function messageProblems(path: string, body: unknown): string[] {
  const [registry, endpoint] = split(path);
  if (registry === undefined || endpoint === undefined) return [];
  const at = `/paths/${escape(endpoint)}/post/requestBody/content/application~1json/schema`;
  return documents.get(registry)?.paths[endpoint] === undefined ? [] : problems(registry, at, body);
}

/** The endpoints that the specification gives a registry, such as `/registry/sync/search`. */
export const publishedEndpoints = (registry: string): string[] => Object.keys(document(registry).paths);

/**
 * What the specification has against a message that arrived wherever a partner wanted it. Its action names the endpoint;
 * the registry is the one that its path or a `reg_type` names, and where neither does, one of all must accept it.
 */
export function callbackProblems(path: string, body: Yaml): string[] {
  const action: unknown = body?.header?.action;
  const endpoint = ENDPOINTS[String(action)];
  if (endpoint === undefined) return OUTSIDE.has(String(action)) ? [] : ['/header/action names no callback'];
  const segment = /\/([a-z]+)\/registry\//.exec(path)?.[1] ?? '';
  const named = PATHS[segment] ?? REG_TYPES[regTypeOf(body.message)?.split(':').at(-1) ?? ''];
  const candidates = named === undefined ? ['social', 'crvs', 'dr', 'fr', 'ibr'] : [named];
  const found = candidates.map((registry) => messageProblems(`/${registry}/registry/${endpoint}`, body));
  return found.find((all) => all.length === 0) ?? found.flat();
}

const ENDPOINTS: Record<string, string> = {
  'on-search': 'on-search',
  'on-subscribe': 'on-subscribe',
  'on-unsubscribe': 'on-unsubscribe',
  'txn-on-status': 'txn/on-status',
  notify: 'notify',
};
/** Answers to questions that the specification does not have. */
const OUTSIDE = new Set(['receipt', 'on-receipt', 'on-verify']);
const REG_TYPES: Record<string, string> = { Social: 'social', Civil: 'crvs', DR: 'dr', FR: 'fr', IBR: 'ibr' };

function regTypeOf(node: Yaml): string | undefined {
  let found: string | undefined;
  everywhere(node, ({ reg_type: type }) => void (found ??= typeof type === 'string' ? type : undefined));
  return found;
}

function split(path: string): [registry?: string, endpoint?: string] {
  if (!hasPublished) return [];
  const found = /^\/?(?:dci\/v1\/)?([a-z]+)(\/registry\/.*)$/.exec(path);
  const registry = PATHS[found?.[1] ?? ''];
  return registry === undefined ? [] : [document(registry) && registry, found?.[2]];
}

function replyPointer(registry: string, endpoint: string, status: '403' | 'default'): string | undefined {
  const reply = document(registry).paths[endpoint]?.post?.responses?.[status];
  if (reply === undefined) return undefined;
  if (reply.$ref !== undefined) return `${reply.$ref.slice(1)}/content/application~1json/schema`;
  return `/paths/${escape(endpoint)}/post/responses/${status}/content/application~1json/schema`;
}

const compiled = new Map<string, ValidateFunction>();

function problems(registry: string, pointer: string, body: unknown): string[] {
  const name = `${registry}#${pointer}`;
  const validate = compiled.get(name) ?? ajv.compile({ $ref: encodeURI(name) });
  compiled.set(name, validate);
  return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const escape = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');

function document(registry: string): Yaml {
  const known = documents.get(registry);
  if (known !== undefined) return known;
  const read: Yaml = load(readFileSync(`${PUBLISHED}openapi/${registry}_api_v1.0.0.yaml`, 'utf8'));
  REPAIRS[registry]?.(read);
  everywhere(read, readableValues);
  documents.set(registry, read);
  ajv.addSchema({ $id: registry, ...read }, registry);
  return read;
}

/** Where a file contradicts itself, the reading that the other files share. */
const REPAIRS: Record<string, (read: Yaml) => void> = {
  dr: (read) => {
    // Records of a search are an array in every other registry and in every sample.
    const records = read.components.schemas;
    for (const schema of Object.values<Yaml>(records))
      everywhere(schema, (node) => {
        if (node.reg_records?.type === 'object' && node.reg_event_type === undefined)
          node.reg_records = { anyOf: [{ type: 'array' }, { type: 'object' }] };
      });
  },
  fr: (read) => {
    const { post: _, ...operation } = read.paths['/registry/on-subscribe'];
    read.paths['/registry/on-subscribe'] = { post: operation };
  },
  ibr: (read) => {
    // A bare schema stands where a response belongs; every other synchronous reply is an envelope.
    for (const { post } of Object.values<Yaml>(read.paths)) {
      const reply = post.responses.default;
      if (reply?.$ref?.startsWith('#/components/schemas/'))
        post.responses.default = {
          content: {
            'application/json': {
              schema: { type: 'object', required: ['header'], properties: { message: { $ref: reply.$ref } } },
            },
          },
        };
    }
  },
};

/** An integer matches both `integer` and `number`, so `oneOf` refuses every one of them. */
function readableValues(node: Yaml): void {
  if (!Array.isArray(node.oneOf)) return;
  const types = new Set(node.oneOf.map(({ type }: Yaml) => type));
  if (!types.has('integer') || !types.has('number')) return;
  node.anyOf = [...node.oneOf, { type: 'array' }];
  delete node.oneOf;
}

function everywhere(node: Yaml, visit: (node: Yaml) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) visit(node);
  for (const child of Object.values(node)) everywhere(child, visit);
}
