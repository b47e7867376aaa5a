'use strict';

const { spawn } = require('node:child_process');
const { createWriteStream, mkdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { withProgress } = require('./progress.cjs');

const root = join(__dirname, '..', '..');
const logs = join(root, '.stack', 'logs');

/** Enough for the errors of a compiler run, and still readable. */
const shownLines = 60;

/** The log of a step. */
const logFile = (name) => join(logs, `${name}.log`);

/** The last `count` lines of a text file. */
function tail(file, count = shownLines) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/** Runs a program with its output in `file`. Resolves to its exit code. */
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
 * Runs a step and shows its progress. Rejects when it fails, with an error that has `stepFailed: true` and the end of its output as the
 * message.
 */
async function runStep({ name, label, command, args, env }) {
  const file = logFile(name);
  await withProgress(label, async () => {
    const code = await runToLog(command, args, file, env);
    if (code === 0) return;
    const error = new Error(`${tail(file)}\n\n${label} failed with exit code ${code}. Full output: ${file}`);
    throw Object.assign(error, { stepFailed: true });
  });
}

module.exports = { root, logFile, tail, runToLog, runStep };
