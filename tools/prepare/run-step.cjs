'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { closeSync, mkdirSync, openSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');
const logs = join(root, '.stack', 'logs');

/** Without a terminal, a long step prints a line this often. */
const reportEveryMs = 15_000;
const frameEveryMs = 100;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** A faster step gets no line. */
const quietMs = 1_000;

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

/** Standard output is for results. */
const write = (text) => process.stderr.write(text);

/** Shows how long `work` takes: at once on a terminal, else every 15 s; and at the end if it took long or failed. Rejects as `work` does. */
async function withProgress(label, work) {
  const startedAt = Date.now();
  const elapsed = () => Date.now() - startedAt;
  const terminal = process.stderr.isTTY === true;
  let frame = 0;
  const timer = setInterval(
    () => {
      if (terminal) write(`\r\x1b[2K${frames[frame++ % frames.length]} ${label} (${seconds(elapsed())})`);
      else write(`… ${label} (${seconds(elapsed())} so far)\n`);
    },
    terminal ? frameEveryMs : reportEveryMs,
  );
  const close = (mark) => {
    clearInterval(timer);
    if (terminal) write('\r\x1b[2K');
    if (mark === '✗' || elapsed() >= quietMs) write(`${mark} ${label} (${seconds(elapsed())})\n`);
  };
  try {
    const result = await work();
    close('✓');
    return result;
  } catch (error) {
    close('✗');
    throw error;
  }
}

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

module.exports = { root, runStep, withProgress };
