/** What may be called: an operation for each endpoint of each registry, the short form, tokens and keys. */
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { endpointsOf, type Endpoint } from '../../messages/endpoints.js';
import type { ShortEndpoint } from '../../messages/short-form/short-kind.js';
import { SHORT_ANSWERS } from './answers.js';
import { answerEnvelope, requestEnvelope, requestForm } from './envelopes.js';
import { SHORT_EXAMPLES } from './examples.js';
import { callbackOf, envelopeExample, formExamples, type OpenApiSettings } from './requests.js';
import { nameOf, ref } from './schemas.js';

const REFUSALS: Record<string, string> = {
  '400': 'The message is not valid: `error.message` names the field and the remedy.',
  '401': 'No valid token, or no valid signature.',
  '403': 'The sender may not do this: not active, not allowed, or no agreement covers it.',
  '413': 'The body is too large.',
  '415': 'A content type that this path does not take.',
  '429': 'Too many requests: wait as `Retry-After` says.',
  '503': 'Cannot be answered now: wait as `Retry-After` says.',
};

const CALLBACK_TEXT =
  'The answer goes to `header.sender_uri`: https, and a host that is registered for the sender. The example’s is this server, which `ALLOW_HTTP_CALLBACKS` and `ALLOW_PRIVATE_CALLBACKS` open for trying out.';

export const SHORT_TAG = {
  name: 'short',
  'x-displayName': 'Short form',
  description:
    'Plain JSON without an envelope; `registry` says which one, and an HTTP message signature (RFC 9421) takes the envelope’s place: how it is made stands in the introduction.',
};
export const SIGN_IN_TAG = {
  name: 'access',
  'x-displayName': 'Tokens and keys',
  description: 'What every call needs, and what proves its answer.',
};

const content = (name: string, example?: JsonObject): JsonObject => ({
  'application/json': { schema: ref(name), ...(example === undefined ? {} : { example }) },
});

/** `components.responses`. */
export const refusalResponses = (): JsonObject => ({
  ...Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [
      `Refused${status}`,
      { description, content: content('Refusal') },
    ]),
  ),
  TokenRefused: { description: 'Refused: `error` and `error_description` say why.', content: content('TokenError') },
});

const refusals = (): JsonObject =>
  Object.fromEntries(
    Object.keys(REFUSALS).map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
  );

export const registryPaths = (
  definition: RegistryDefinition,
  settings: OpenApiSettings,
  now: Date,
): [string, JsonObject][] =>
  endpointsOf(definition).map((endpoint) => [
    `/dci/v1/${definition.paths[0] ?? ''}/registry${endpoint.path}`,
    { post: operation(definition, endpoint, settings, now) },
  ]);

function operation(
  definition: RegistryDefinition,
  endpoint: Endpoint,
  settings: OpenApiSettings,
  now: Date,
): JsonObject {
  const { path, mode } = endpoint;
  const example = envelopeExample(endpoint, definition, settings, now);
  return {
    operationId: `${definition.registry}${path.replaceAll('/', '_')}`,
    tags: [definition.registry],
    summary: `${path.slice(1)} (${MODES[mode]})`,
    ...(mode === 'ASYNC' ? { description: CALLBACK_TEXT } : {}),
    requestBody: {
      required: true,
      content: {
        ...(endpoint.upload === true ? {} : content(requestEnvelope(endpoint), example)),
        ...(endpoint.jsonOnly === true ? {} : form(endpoint, formExamples(endpoint, example, settings))),
      },
    },
    responses: { ...ANSWERED[endpoint.mode](endpoint), ...refusals() },
  };
}

const MODES: Record<Endpoint['mode'], string> = {
  SYNC: 'answered at once',
  ASYNC: 'answered by callback',
  INBOUND: 'for what you send us',
};

const ACKNOWLEDGED = content('Acknowledgement');

const ANSWERED: Record<Endpoint['mode'], (endpoint: Endpoint) => JsonObject> = {
  SYNC: (endpoint) => ({
    '200': { description: 'The signed answer.', content: content(answerEnvelope(endpoint)) },
  }),
  ASYNC: () => ({
    '202': { description: 'Accepted; the answer is POSTed to `header.sender_uri`.', content: ACKNOWLEDGED },
  }),
  INBOUND: () => ({ '200': { description: 'Received, or not ours (`ERR`).', content: ACKNOWLEDGED } }),
};

const form = (endpoint: Endpoint, examples: JsonObject): JsonObject => ({
  'multipart/form-data': { schema: ref(requestForm(endpoint)), examples },
});

export function shortPath(
  { path, operation: name, schema }: ShortEndpoint,
  settings: OpenApiSettings,
): [string, JsonObject] {
  const example = SHORT_EXAMPLES[path]?.(callbackOf(settings, 'notify'));
  return [
    `/dci/v1${path}`,
    {
      post: {
        operationId: `short${path.replaceAll('/', '_')}`,
        tags: [SHORT_TAG.name],
        summary: `${name.toLowerCase()} (short form)`,
        requestBody: { required: true, content: content(nameOf(schema), example) },
        responses: {
          '200': { description: 'The answer.', content: content(SHORT_ANSWERS[path] ?? '') },
          ...refusals(),
        },
      },
    },
  ];
}

export const TOKEN_REQUEST: JsonObject = {
  type: 'object',
  required: ['grant_type'],
  properties: {
    grant_type: { const: 'client_credentials' },
    client_id: { type: 'string' },
    client_secret: { type: 'string' },
    scope: { type: 'string' },
    client_assertion_type: { const: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' },
    client_assertion: { type: 'string' },
  },
};

const TOKEN_EXAMPLE = {
  grant_type: 'client_credentials',
  client_id: 'demo-partner',
  client_secret: 'as npm start prints it',
};

const tokenPath = (operationId: string, answer: string, text: string): JsonObject => ({
  post: {
    operationId,
    tags: [SIGN_IN_TAG.name],
    summary: `Access token, ${text}`,
    description: 'Client credentials (RFC 6749 4.4), or a signed assertion in place of the secret (RFC 7523).',
    security: [],
    requestBody: {
      required: true,
      content: { 'application/x-www-form-urlencoded': { schema: ref('TokenRequest'), example: TOKEN_EXAMPLE } },
    },
    responses: {
      '200': { description: 'A token.', content: content(answer) },
      ...Object.fromEntries(
        ['400', '401', '415', '429', '503'].map((status) => [status, { $ref: '#/components/responses/TokenRefused' }]),
      ),
    },
  },
});

export const otherPaths = (): JsonObject => ({
  '/oauth2/token': tokenPath('token', 'Token', 'expires_in as a number'),
  '/oauth2/client/token': tokenPath('clientToken', 'ClientToken', 'expires_in as a text'),
  '/.well-known/jwks.json': {
    get: {
      operationId: 'jwks',
      tags: [SIGN_IN_TAG.name],
      summary: 'Public keys of this server (RFC 7517)',
      security: [],
      responses: {
        '200': { description: 'Keys.', content: content('Jwks') },
        '429': { $ref: '#/components/responses/Refused429' },
      },
    },
  },
});
