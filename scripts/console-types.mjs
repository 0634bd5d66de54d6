/** `npm run console:types`: what gql.tada needs of `schema.graphql` to type the documents of the console. */
import { readFileSync, writeFileSync } from 'node:fs';
import { minifyIntrospection, outputIntrospectionFile } from 'gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

const [source = 'schema.graphql'] = process.argv.slice(2);
const target = new URL('../src/console/graphql/schema.types.d.ts', import.meta.url);

const introspection = introspectionFromSchema(buildSchema(readFileSync(source, 'utf8')), { descriptions: false });
const types = outputIntrospectionFile(minifyIntrospection(introspection), {
  fileType: '.d.ts',
  shouldPreprocess: true,
});
writeFileSync(target, types);
