/** The arrows between the layers (see docs/architecture.md), as build errors. */

const { readdirSync } = require('node:fs');
const { join } = require('node:path');

/** A layer may import from itself and from these. */
const mayImport = {
  contracts: [],
  workflows: ['contracts'],
  activities: ['contracts', 'lib'],
  lib: ['contracts'],
  prisma: ['contracts', 'lib'],
  workers: ['activities', 'workflows', 'contracts', 'lib', 'prisma'],
  api: ['workflows', 'contracts', 'lib', 'prisma'],
};

const layers = Object.entries(mayImport).map(([layer, others]) => ({
  name: `${layer}-imports`,
  severity: 'error',
  from: { path: `^${layer}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(contracts|workflows|activities|lib|prisma|workers|api|tools|tests)/',
    pathNot: `^(${[layer, ...others].join('|')})/`,
    // The workflows know the activities by their types alone.
    ...(layer === 'workflows' && { dependencyTypesNot: ['type-only'] }),
  },
}));

const services = ['user', 'restaurant', 'delivery'];
const ownDatabase = services.map((service) => ({
  name: `${service}-own-database`,
  comment: 'No service reads the database of another.',
  severity: 'error',
  from: { path: `^(api|workers|prisma)/${service}/` },
  to: { path: `^prisma/(${services.filter((other) => other !== service).join('|')})/` },
}));

/** The tools that all others may import, each with those that it may import itself. */
const sharedTools = {
  cli: [],
  measure: ['cli'],
  broker: ['cli'],
  stack: ['cli', 'prepare'],
  platform: ['cli', 'stack'],
};

const tools = readdirSync(join(__dirname, 'tools')).map((tool) => ({
  name: `tools-${tool}-imports`,
  severity: 'error',
  from: { path: `^tools/${tool}/` },
  to: {
    path: '^tools/',
    pathNot: `^tools/(${[tool, ...(sharedTools[tool] ?? Object.keys(sharedTools))].join('|')})/`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    ...ownDatabase,
    ...tools,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-schemas-in-workflows',
      comment: 'Workflow code never runs a schema: the sandbox pays for every module, and a schema is no history.',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '(node_modules/zod|^contracts/(answers|messages|values|orders|restaurants|delivery))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'contracts-need-only-zod',
      severity: 'error',
      from: { path: '^contracts/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev'], pathNot: 'node_modules/zod' },
    },
    {
      name: 'consumers-know-no-temporal',
      severity: 'error',
      from: { path: '^workers/(restaurant|delivery)/' },
      to: { path: '@temporalio' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|dist)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.cjs', '.mjs'] },
  },
};
