'use strict';

const { spawn } = require('node:child_process');
const { createWriteStream, mkdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { withProgress } = require('./progress.cjs');

const root = join(__dirname, '..', '..');
const logs = join(root, '.stack', 'logs');

/** Enough to hold every error of a compiler run, short enough not to flood a terminal. */
const SHOWN_LINES = 60;

/** Where the output of a step is kept. */
function logFile(name) {
  return join(logs, `${name}.log`);
}

/** The last `count` lines of a text file. */
function tail(file, count = SHOWN_LINES) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/** Runs a program with all its output in `file`; resolves to its exit code. */
function runToLog(command, args, file, env = {}) {
  mkdirSync(logs, { recursive: true });
  return new Promise((resolve, reject) => {
    const log = createWriteStream(file);
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('error', reject);
    child.once('close', (code) => log.end(() => resolve(code ?? 1)));
  });
}

/**
 * Runs one step of the preparation with its progress on the screen. A step that fails
 * shows the end of its output and rejects with an error whose `stepFailed` is true.
 */
async function runStep({ name, label, command, args, env }) {
  const file = logFile(name);
  await withProgress(label, async () => {
    const code = await runToLog(command, args, file, env);
    if (code === 0) return;
    const error = new Error(`${tail(file)}\n\n${label}: failed (exit code ${code}). Whole output: ${file}`);
    throw Object.assign(error, { stepFailed: true });
  });
}

module.exports = { root, logFile, tail, runToLog, runStep };
