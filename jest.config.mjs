import { availableParallelism } from 'node:os';

import { bundlePackages } from './test/support/packages.mjs';

await bundlePackages();

/** Jest runs TypeScript as native ESM; SWC compiles with the decorator metadata that entities and resolvers need. */
export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: '<rootDir>/test/support/resolver.mjs',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // One worker more than cores: many tests wait for what takes its time.
  maxWorkers: availableParallelism() + 1,
  workerIdleMemoryLimit: '1500MB',
  // Conditions are waited for up to half of it.
  testTimeout: 60_000,
};
