'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { closeSync, mkdirSync, openSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { withProgress } = require('./progress.cjs');

const root = join(__dirname, '..', '..');
const logs = join(root, '.stack', 'logs');

/** The log of a step. */
const logFile = (name) => join(logs, `${name}.log`);

/** The last lines of a text file: enough for the errors of a compiler run, and still readable. */
const tail = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-60).join('\n');

/** Runs a program with its output in `file`. Resolves to its exit code. */
async function runToLog(command, args, file, env = {}) {
  mkdirSync(logs, { recursive: true });
  const log = openSync(file, 'w');
  try {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
    const [code] = await once(child, 'exit');
    return code ?? 1;
  } finally {
    closeSync(log);
  }
}

/**
 * Runs a step, by default with Node, and shows its progress. Rejects when it fails, with an error that has `stepFailed: true` and the end of
 * its output as the message.
 */
async function runStep({ name, label, command = process.execPath, args, env }) {
  const file = logFile(name);
  await withProgress(label, async () => {
    const code = await runToLog(command, args, file, env);
    if (code === 0) return;
    const error = new Error(`${tail(file)}\n\n${label} failed with exit code ${code}. Full output: ${file}`);
    throw Object.assign(error, { stepFailed: true });
  });
}

module.exports = { root, logFile, tail, runToLog, runStep };
