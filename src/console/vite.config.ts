import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

/** Under `npm run dev` the gateway answers at its own port what is not the console's. */
const gateway = `http://127.0.0.1:${process.env.PORT ?? 4000}`;

/** The nonce is put in by `console.router.ts` at every request for the page. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  html: { cspNonce: '{{nonce}}' },
  logLevel: 'warn',
  // Served as they are by `console.router.ts`: brotli, or gzip for who knows no other.
  plugins: [compression({ include: /\.(js|css|svg)$/, algorithms: ['gzip', 'brotliCompress'], logLevel: 'silent' })],
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
  server: { port: 4001, proxy: { '/graphql': { target: gateway, ws: true }, '/console/config.json': gateway } },
});
