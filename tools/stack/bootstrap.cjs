'use strict';

/** The entry of every npm script, in plain Node because it may run before `npm ci`: builds what the command needs, and runs it in this process. */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** Commands of the stack. Every other command has a folder of its name below tools. */
const stackCommands = ['start', 'stop', 'status', 'part', 'logs', 'log-level', 'token', 'reset'];
/** These must answer at once, even while the working copy does not compile. */
const answersWithoutBuild = ['stop', 'status', 'part', 'logs', 'log-level', 'token'];

function requireSupportedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`This needs Node 20.19 or newer, not ${process.versions.node} (${process.execPath}).\n`);
  process.exit(1);
}

/** Reads `.env` in the project's root; variables that are already set win. */
function loadDotEnv() {
  const file = join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

async function run(command, args) {
  const prepare = require('../prepare/prepare.cjs');
  switch (command) {
    case 'build':
      await prepare.build();
      return 0;
    case 'check':
      await prepare.generateClients();
      return require('../prepare/check.cjs').check();
    case 'test-unit':
      await prepare.generateClients();
      return runUnitTests(args);
  }
  const isOfStack = stackCommands.includes(command);
  const main = join(root, 'dist', 'tools', isOfStack ? 'stack' : command, 'main.js');
  if (!answersWithoutBuild.includes(command) || !existsSync(main)) await prepare.build();
  return require(main).main(isOfStack ? [command, ...args] : args);
}

async function runUnitTests(args) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [jest, '--selectProjects', 'unit', ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child as well, whose end decides.
  process.once('SIGINT', () => {});
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

requireSupportedNode();
process.chdir(root);
loadDotEnv();
const [command = 'status', ...args] = process.argv.slice(2);
run(command, args).then(
  (code) => process.exit(code), // Timers of libraries would hold the process.
  (error) => {
    // The message of a failed step is its output, which a stack trace would hide.
    process.stderr.write(`${error.stepFailed ? error.message : error.stack}\n`);
    process.exit(1);
  },
);
