import { defineConfig } from 'vite';

/** The nonce is put in by `console.router.ts` at every request for the page. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  html: { cspNonce: '{{nonce}}' },
  logLevel: 'warn',
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // Nothing inline: the content policy takes files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    reportCompressedSize: false,
    // Libraries mark their modules for server components, which we have none of.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  server: { port: 4001, proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
