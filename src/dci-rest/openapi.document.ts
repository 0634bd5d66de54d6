/** OpenAPI 3.1 of the whole facade, from the endpoint tables and the very schemas that validate. */
import { z } from 'zod';
import { callbackHeader, encryptedMessage, requestHeader } from '../protocol/envelope/envelope.schema.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { endpointsOf, type Endpoint } from '../messages/endpoints.js';
import { SHORT_EXAMPLES } from './openapi.examples.js';
import { withNulls } from './openapi.null.js';
import { callbackOf, envelopeExample, formExamples, type OpenApiSettings } from './openapi.requests.js';
import { SHORT_ENDPOINTS } from '../messages/short-form/short-endpoints.js';
import type { ShortEndpoint } from '../messages/short-form/short-kind.js';

const jsonSchema = (schema: z.ZodType): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  return withNulls(rest) as JsonObject;
};
const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: JsonObject, example?: JsonObject): JsonObject => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});

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

export function openApiDocument(registries: RegistryDefinition[], settings: OpenApiSettings, now: Date): JsonObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'DCI gateway',
      version: '1.0.0',
      description:
        'DCI (SPDCI) interfaces of social-protection registries. Messages are signed in the envelope, or with HTTP message signatures (RFC 9421) in the short form.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: settings.publicUrl }],
    security: [{ oauth2: [] }],
    tags: registries.map(({ registry, title }) => ({ name: registry, description: title })),
    paths: {
      ...Object.fromEntries(registries.flatMap((definition) => registryPaths(definition, settings, now))),
      ...Object.fromEntries(SHORT_ENDPOINTS.map((endpoint) => shortPath(endpoint, settings))),
      ...otherPaths(),
    },
    components: {
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl: `${settings.publicUrl}/oauth2/token`, scopes: {} } },
        },
      },
      schemas: components(),
    },
  };
}

function registryPaths(definition: RegistryDefinition, settings: OpenApiSettings, now: Date): [string, JsonObject][] {
  return endpointsOf(definition).map((endpoint) => [
    `/dci/v1/${definition.paths[0] ?? ''}/registry${endpoint.path}`,
    { post: operation(definition, endpoint, settings, now) },
  ]);
}

function operation(
  definition: RegistryDefinition,
  endpoint: Endpoint,
  settings: OpenApiSettings,
  now: Date,
): JsonObject {
  const { path, mode, kind } = endpoint;
  const example = envelopeExample(endpoint, definition, settings, now);
  const answers: Record<Endpoint['mode'], JsonObject> = {
    SYNC: { '200': { description: 'The signed answer.', content: json(ref('Envelope')) } },
    ASYNC: {
      '202': { description: 'Accepted; the answer is POSTed to `header.sender_uri`.', content: json(ref('Response')) },
    },
    INBOUND: { '200': { description: 'Received, or not ours (`ERR`).', content: json(ref('Response')) } },
  };
  return {
    operationId: `${definition.registry}${path.replaceAll('/', '_')}`,
    tags: [definition.registry],
    summary: `${kind.action} (${mode.toLowerCase()})`,
    ...(mode === 'ASYNC' ? { description: CALLBACK_TEXT } : {}),
    requestBody: {
      required: true,
      content: {
        ...(endpoint.upload === true ? {} : json(envelopeOf(endpoint), example)),
        ...(endpoint.jsonOnly === true ? {} : form(endpoint, formExamples(endpoint, example, settings))),
      },
    },
    responses: { ...answers[mode], ...refusals() },
  };
}

function envelopeOf({ kind, receiver }: Endpoint): JsonObject {
  return {
    type: 'object',
    required: ['header', ...(kind.bare === undefined ? ['message'] : [])],
    properties: {
      signature: { type: 'string', description: 'namespace="dci", kidId="{sender_id}|{kid}|{alg}", …' },
      header: {
        allOf: [
          ref(receiver ? 'CallbackHeader' : 'RequestHeader'),
          { type: 'object', properties: { action: { const: kind.action } } },
        ],
      },
      message: { anyOf: [jsonSchema(kind.schema), ref('EncryptedMessage')] },
    },
  };
}

/** FileInfo (protocol 1.3); of an upload, whose file may hold rows instead of an envelope, the fields that take its header's place. */
function form({ kind, upload = false }: Endpoint, examples: JsonObject): JsonObject {
  const text = { type: 'string' };
  const rows = { sender_uri: text, transaction_id: text, message_id: text };
  return {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['action', 'fileName'],
        properties: {
          action: { const: kind.action },
          fileFormat: { enum: upload ? ['json', 'csv'] : ['json'], default: 'json' },
          ...(upload ? rows : {}),
          fileName: {
            type: 'string',
            contentMediaType: 'application/octet-stream',
            description: upload
              ? 'The file: a signed envelope (json), or rows `identifier_type,identifier_value[,claims…]` (csv).'
              : 'The file: signature, header and message.',
          },
        },
      },
      examples,
    },
  };
}

function shortPath({ path, operation: name, schema }: ShortEndpoint, settings: OpenApiSettings): [string, JsonObject] {
  const example = SHORT_EXAMPLES[path]?.(callbackOf(settings, 'notify'));
  return [
    `/dci/v1${path}`,
    {
      post: {
        operationId: `short${path.replaceAll('/', '_')}`,
        summary: `${name.toLowerCase()} (short form)`,
        requestBody: { required: true, content: json(jsonSchema(schema), example) },
        responses: { '200': { description: 'The answer.', content: json(ref('ShortAnswer')) }, ...refusals() },
      },
    },
  ];
}

function otherPaths(): JsonObject {
  const credentials = {
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
  const example = {
    grant_type: 'client_credentials',
    client_id: 'demo-partner',
    client_secret: 'as npm start prints it',
  };
  const token = (expiresIn: JsonObject): JsonObject => ({
    type: 'object',
    required: ['access_token', 'token_type', 'expires_in'],
    properties: {
      access_token: { type: 'string' },
      token_type: { const: 'bearer' },
      expires_in: expiresIn,
      scope: { type: 'string' },
    },
  });
  const tokenPath = (expiresIn: JsonObject): JsonObject => ({
    post: {
      summary: 'Access token (RFC 6749, client credentials)',
      security: [],
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: credentials, example } },
      },
      responses: {
        '200': { description: 'A token.', content: json(token(expiresIn)) },
        ...Object.fromEntries(
          ['400', '401', '415', '429'].map((status) => [
            status,
            { description: 'Refused.', content: json(ref('TokenError')) },
          ]),
        ),
      },
    },
  });
  return {
    '/oauth2/client/token': tokenPath({ type: 'string' }),
    '/oauth2/token': tokenPath({ type: 'integer' }),
    '/.well-known/jwks.json': {
      get: {
        summary: 'Public keys of this server (RFC 7517)',
        security: [],
        responses: { '200': { description: 'Keys.', content: json(ref('Jwks')) } },
      },
    },
  };
}

function components(): JsonObject {
  const text = { type: 'string' };
  const error = { type: 'object', required: ['code', 'message'], properties: { code: text, message: text } };
  const ackMessage = {
    type: 'object',
    required: ['ack_status', 'timestamp', 'correlation_id'],
    properties: {
      ack_status: { enum: ['ACK', 'NACK', 'ERR'] },
      timestamp: { type: 'string', format: 'date-time' },
      correlation_id: { type: 'string', maxLength: 99 },
      error,
    },
  };
  return {
    RequestHeader: jsonSchema(requestHeader),
    CallbackHeader: jsonSchema(callbackHeader),
    EncryptedMessage: jsonSchema(encryptedMessage),
    Response: { type: 'object', required: ['message'], properties: { message: ackMessage } },
    Envelope: {
      type: 'object',
      required: ['header', 'message'],
      properties: { signature: text, header: ref('CallbackHeader'), message: { type: 'object' } },
    },
    ShortAnswer: {
      type: 'object',
      required: ['transaction_id', 'correlation_id', 'status'],
      properties: { transaction_id: text, correlation_id: text, status: { enum: ['rcvd', 'pdng', 'succ', 'rjct'] } },
    },
    Refusal: {
      type: 'object',
      required: ['errors', 'message', 'error_id'],
      properties: { errors: { type: 'array', items: error }, message: ackMessage, error_id: text },
    },
    TokenError: {
      type: 'object',
      required: ['error'],
      properties: { error: text, error_description: text },
    },
    Jwks: {
      type: 'object',
      required: ['keys'],
      properties: { keys: { type: 'array', items: { type: 'object', required: ['kty', 'kid', 'use', 'alg'] } } },
    },
  };
}

const refusals = (): JsonObject =>
  Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [status, { description, content: json(ref('Refusal')) }]),
  );
