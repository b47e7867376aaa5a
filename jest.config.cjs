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

const project = (displayName, folders, options = {}) => ({
  ...shared,
  displayName,
  testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
  ...options,
});

/** For the tests that talk to servers: every answer of a service is compared with its OpenAPI document. */
const withServers = { setupFilesAfterEnv: ['<rootDir>/tests/fixtures/each-file.ts'] };

/** The tiers, from seconds to minutes (docs/reliability.md says which promise each of them shows). @type {import('jest').Config} */
module.exports = {
  maxWorkers: 2,
  testTimeout: 90_000, // for what never ends, on the busiest machine
  projects: [
    // One part alone, the documents, the configuration: no server.
    project('unit', ['{contracts,lib,workflows,activities,workers,api,tools}', 'tests/docs']),
    // A part, or the whole saga in one process, with the real servers it needs.
    project('component', ['tests/component', 'tests/replay'], withServers),
    // The whole running system, as its clients see it.
    project('e2e', ['tests/e2e'], withServers),
    // Outages, crashes, roll-outs, lost and repeated messages, long waits: `npm run test:all`.
    project('faults', ['tests/faults'], withServers),
  ],
};
