/** `npm run -s console:operations`: what the console asks, to the letter, as a list for PERSISTED_OPERATIONS. */
import { globSync } from 'node:fs';
import { formatDocument, stringifyDocument } from 'urql';
import { createServer } from 'vite';

const root = new URL('../src/console/', import.meta.url).pathname;
const vite = await createServer({
  configFile: `${root}vite.config.ts`,
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const texts = [];
for (const file of globSync('**/*.document.ts', { cwd: root }).toSorted()) {
  const documents = Object.values(await vite.ssrLoadModule(`/${file}`));
  for (const document of documents) {
    const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition')?.operation;
    // Subscriptions go over the WebSocket as they are; the HTTP client adds type names for its cache.
    if (operation === 'subscription') texts.push(stringifyDocument(document));
    else if (operation !== undefined) texts.push(stringifyDocument(formatDocument(document)));
  }
}
await vite.close();
process.stdout.write(`${JSON.stringify(texts, null, 2)}\n`);
