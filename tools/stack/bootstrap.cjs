'use strict';

/**
 * The entry of every npm script. Plain Node without dependencies, because it may run
 * before `npm ci`: it brings the working copy into a state in which the command can run,
 * then hands over to it in this same process, so that signals need no forwarding.
 */

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');
/** Commands of the stack itself; every other one has a folder of its name below tools. */
const stackCommands = ['start', 'stop', 'status', 'part', 'logs', 'log-level', 'token', 'reset'];
/** These must answer at once, even while the working copy does not compile. */
const answersWithoutBuild = ['stop', 'status', 'part', 'logs', 'log-level', 'token'];

const MINIMUM_NODE = [20, 19];

function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const supported = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  if (!supported) {
    process.stderr.write(
      `Node ${MINIMUM_NODE.join('.')} or newer is needed; this is ${process.versions.node} (${process.execPath}).\n`,
    );
    process.exit(1);
  }
}

/** `.env` at the project's root is honoured; what the environment already says wins. */
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
      return prepare.runNode(join(root, 'node_modules', 'jest', 'bin', 'jest.js'), [
        '--selectProjects',
        'unit',
        ...args,
      ]);
    case 'documents':
      await prepare.build();
      return prepare.runNode(join(root, 'dist', 'tools', 'documents', 'main.js'), args);
  }
  const isOfStack = stackCommands.includes(command);
  const main = join(root, 'dist', 'tools', isOfStack ? 'stack' : command, 'main.js');
  if (!answersWithoutBuild.includes(command) || !existsSync(main)) await prepare.build();
  return require(main).main(isOfStack ? [command, ...args] : args);
}

requireSupportedNode();
process.chdir(root);
loadDotEnv();
const [command = 'status', ...args] = process.argv.slice(2);
run(command, args).then(
  // Everything has stopped: timers that libraries have left would only hold the process.
  (code) => process.exit(code),
  (error) => {
    // A failed step has already shown its own output: a stack trace would only hide it.
    process.stderr.write(`${error.stepFailed ? error.message : error.stack}\n`);
    process.exit(1);
  },
);
