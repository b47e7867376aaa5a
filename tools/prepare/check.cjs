'use strict';

const { join } = require('node:path');
const { root, logFile, runToLog, tail } = require('./run-step.cjs');
const { seconds, withProgress } = require('./progress.cjs');

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

/** Runs every check, even after a failure, and prints a line for each. Resolves to 0 if all passed, else 1. */
async function check() {
  const failed = [];
  for (const [name, script, args] of checks) {
    const startedAt = Date.now();
    const file = logFile(`check-${name}`);
    const path = join(root, 'node_modules', script);
    const work = () => runToLog(process.execPath, [path, ...args], file);
    const code = await withProgress(`check ${name}`, work, { closingLine: false });
    const took = seconds(Date.now() - startedAt);
    process.stdout.write(`${code === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(10)}  ${took}\n`);
    if (code !== 0) {
      failed.push(name);
      process.stdout.write(`${tail(file)}\n\n`);
    }
  }
  if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

module.exports = { check };
