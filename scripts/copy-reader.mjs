/**
 * The reader of the OpenAPI document is one file that Scalar hands to Fastify only: asked for as Fastify would, and kept
 * with the built code, so that production installs none of its packages. Its own fonts and pictures stay elsewhere.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import reader from '@scalar/fastify-api-reference';

const built = fileURLToPath(new URL('../dist/reader/', import.meta.url));
const FILE = 'scalar.js';

const served = [];
const host = { route: (route) => served.push(route), hasPlugin: () => false, initialConfig: {}, log: console };
reader(host, { routePrefix: '/', configuration: { url: 'openapi.json' } }, () => undefined);

const { handler } = served.find(({ url }) => url.endsWith(FILE));
const reply = { header: () => reply, send: (text) => text };
const script = handler(undefined, reply);

mkdirSync(built, { recursive: true });
writeFileSync(`${built}${FILE}`, script);
writeFileSync(`${built}${FILE}.gz`, gzipSync(script, { level: 9 }));
