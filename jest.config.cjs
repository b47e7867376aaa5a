'use strict';

/** Types are checked by `npm run check`; here they are only taken away. */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
  // ES modules only: Node takes them with `require`, Jest does not.
  'node_modules/jose/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
};

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  // Compiled copies of the same modules would be found twice.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stack/'],
  watchPathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stack/'],
};

/** @type {import('jest').Config} */
module.exports = {
  // The servers of an integration test run on the same machine: two workers fill it.
  maxWorkers: 2,
  testTimeout: 90_000, // for what never ends, on the busiest machine
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{contracts,lib,workflows,activities,workers,api,tools}/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/tests/fixtures/each-file.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
    },
  ],
};
