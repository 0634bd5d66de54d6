/** OpenAPI 3.1 of the whole facade, from the endpoint tables and the very schemas that validate. */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { PACKAGE_FOLDER } from '../../platform/package-folder.js';
import { VERSION } from '../../platform/version.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { endpointsOf } from '../../messages/endpoints.js';
import { SHORT_ENDPOINTS } from '../../messages/short-form/short-endpoints.js';
import { envelopeSchemas } from './envelopes.js';
import {
  otherPaths,
  refusalResponses,
  registryPaths,
  SHORT_TAG,
  shortPath,
  SIGN_IN_TAG,
  TOKEN_REQUEST,
} from './operations.js';
import type { OpenApiSettings } from './requests.js';
import { namedSchemas } from './schemas.js';
import { webhooks, WEBHOOKS_TAG } from './webhooks.js';

/** The page that people read is what the document says on top. */
const DOCS = new URL('docs/', PACKAGE_FOLDER);

export function openApiDocument(registries: RegistryDefinition[], settings: OpenApiSettings, now: Date): JsonObject {
  const endpoints = registries.flatMap(endpointsOf);
  return {
    openapi: '3.1.0',
    info: {
      title: 'DCI gateway',
      version: VERSION,
      summary: 'DCI (SPDCI) interfaces of social-protection registries',
      description: readFileSync(new URL('signing.md', DOCS), 'utf8'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: settings.publicUrl }],
    security: [{ oauth2: [] }],
    tags: [
      SIGN_IN_TAG,
      SHORT_TAG,
      ...registries.map(({ registry, title }) => ({ name: registry, 'x-displayName': title, description: title })),
      WEBHOOKS_TAG,
    ],
    paths: {
      ...otherPaths(),
      ...Object.fromEntries(SHORT_ENDPOINTS.map((endpoint) => shortPath(endpoint, settings))),
      ...Object.fromEntries(registries.flatMap((definition) => registryPaths(definition, settings, now))),
    },
    webhooks: webhooks(endpoints),
    components: {
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          description: 'The token of your sender.',
          flows: { clientCredentials: { tokenUrl: `${settings.publicUrl}/oauth2/token`, scopes: {} } },
        },
      },
      responses: refusalResponses(),
      schemas: { ...namedSchemas(), ...envelopeSchemas(endpoints), TokenRequest: TOKEN_REQUEST },
    },
  };
}
