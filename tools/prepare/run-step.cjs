'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { closeSync, mkdirSync, openSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { withProgress } = require('./progress.cjs');

const root = join(__dirname, '..', '..');
const logs = join(root, '.stack', 'logs');

/** The last lines of a text file: enough for the errors of a compiler run, and still readable. */
const tail = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-60).join('\n');

/** Runs a program, by default Node, and shows its progress. Rejects with the end of its output as the message and `stepFailed: true`. */
async function runStep({ name, label, command = process.execPath, args, env }) {
  const file = join(logs, `${name}.log`);
  mkdirSync(logs, { recursive: true });
  const log = openSync(file, 'w');
  try {
    await withProgress(label, async () => {
      const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
      const [code] = await once(child, 'exit');
      if (code === 0) return;
      const error = new Error(`${tail(file)}\n\n${label} failed with exit code ${code ?? 1}. Full output: ${file}`);
      throw Object.assign(error, { stepFailed: true });
    });
  } finally {
    closeSync(log);
  }
}

module.exports = { root, runStep };
