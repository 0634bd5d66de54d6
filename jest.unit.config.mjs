/** `npm run test:unit`: what is judged without a database and a gateway, in seconds. */
import all from './jest.config.mjs';

export default {
  ...all,
  globalSetup: undefined,
  globalTeardown: undefined,
  testMatch: [
    '<rootDir>/test/protocol/**/*.test.ts',
    '<rootDir>/test/platform/**/*.test.ts',
    '<rootDir>/test/{architecture,citations,dependencies}.test.ts',
    '<rootDir>/test/cli/terminal.test.ts',
    '<rootDir>/test/console/{documents,field-choice,row-counter}.test.ts',
    '<rootDir>/test/graphql/{person-fields,schema}.test.ts',
    '<rootDir>/test/jobs/retry-schedule.test.ts',
    '<rootDir>/test/sources/demo-data.test.ts',
  ],
  // These ask a database.
  testPathIgnorePatterns: ['test/platform/(embedded-postgres|greeting|test-database|test-mongodb)'],
};
