'use strict';

const { join } = require('node:path');
const { root, runStep } = require('./run-step.cjs');

const layers = ['contracts', 'lib', 'workflows', 'activities', 'workers', 'api', 'prisma', 'tools', 'tests'];

/** Name, script below node_modules, arguments. */
const checks = [
  ['types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']],
  ['format', 'prettier/bin/prettier.cjs', ['--check', '.']],
  ['boundaries', 'dependency-cruiser/bin/dependency-cruise.mjs', layers],
  ['unused', 'knip/bin/knip.js', []],
  ['documents', 'jest/bin/jest.js', ['--selectProjects', 'unit', '--testPathPatterns', 'tools/documents']],
];

/** Runs every check, even after a failure. Resolves to 0 if all passed, else 1. */
async function check() {
  const failed = [];
  for (const [name, script, args] of checks) {
    const step = { name: `check-${name}`, label: `check ${name}`, args: [join(root, 'node_modules', script), ...args] };
    await runStep(step).catch((error) => {
      failed.push(name);
      process.stdout.write(`${error.message}\n\n`);
    });
  }
  process.stdout.write(failed.length > 0 ? `Failed: ${failed.join(', ')}\n` : 'All checks have passed.\n');
  return failed.length === 0 ? 0 : 1;
}

module.exports = { check };
