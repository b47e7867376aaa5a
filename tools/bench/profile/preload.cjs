'use strict';

/**
 * Preloaded into each process with NODE_OPTIONS=--require: profiles each thread from start to end, and writes the profile to the folder
 * BENCH_PROFILES as <program>[-thread].cpuprofile, which a browser's developer tools open.
 */

const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { basename, dirname, join } = require('node:path');
const { isMainThread, threadId, BroadcastChannel } = require('node:worker_threads');

const folder = process.env.BENCH_PROFILES;
const script = process.argv[1];
if (isMainThread && script) {
  // Threads do not know the script, but inherit the variable.
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
  // A terminated thread emits no exit event, so the main thread announces the shutdown.
  const shutdown = new BroadcastChannel('bench-profile-shutdown');
  shutdown.unref();
  if (isMainThread) process.once('SIGTERM', () => shutdown.postMessage('shutdown'));
  else shutdown.onmessage = write;
}
