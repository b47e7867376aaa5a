'use strict';

/**
 * Loaded before a program that is to be profiled (NODE_OPTIONS=--require): notes where each of its threads spends its time, from start to
 * end, and writes that to BENCH_PROFILES as <program>[-thread].cpuprofile, which a browser's developer tools open.
 */

const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { basename, dirname, join } = require('node:path');
const { isMainThread, threadId, BroadcastChannel } = require('node:worker_threads');

const folder = process.env.BENCH_PROFILES;
const script = process.argv[1];
if (isMainThread && script) {
  // Its threads inherit the variable, and do not know the script.
  process.env.BENCH_PROFILED = [dirname(dirname(script)), dirname(script)].map((each) => basename(each)).join('-');
}
if (folder) {
  const program = process.env.BENCH_PROFILED ?? 'node';
  const name = isMainThread ? program : `${program}-thread${threadId}`;
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 1_000 });
  session.post('Profiler.start');
  let written = false;
  const write = () => {
    if (written) return;
    written = true;
    session.post('Profiler.stop', (error, result) => {
      if (!error) writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(result.profile));
    });
  };
  process.once('exit', write);
  // A thread that is terminated has no exit of its own: its program tells it of the end.
  const ending = new BroadcastChannel('bench-profile-ending');
  ending.unref();
  if (isMainThread) process.once('SIGTERM', () => ending.postMessage('end'));
  else ending.onmessage = write;
}
