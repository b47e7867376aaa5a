'use strict';

/** Preloaded into each process: profiles each thread from start to end into BENCH_PROFILES/<program>[-thread].cpuprofile, for developer tools. */

const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { join } = require('node:path');
const { isMainThread, threadId, BroadcastChannel } = require('node:worker_threads');

const script = process.argv[1];
if (isMainThread && script) {
  // Threads do not know the script, but inherit the variable.
  process.env.BENCH_PROFILED = script.split('/').slice(-3, -1).join('-');
}
const program = process.env.BENCH_PROFILED ?? 'node';
const name = isMainThread ? program : `${program}-thread${threadId}`;
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 1_000 });
session.post('Profiler.start');
const write = () =>
  session.post('Profiler.stop', (error, result) => {
    if (error) return; // written before
    writeFileSync(join(process.env.BENCH_PROFILES, `${name}.cpuprofile`), JSON.stringify(result.profile));
  });
process.once('exit', write);
// A terminated thread emits no exit event, so the main thread announces the shutdown.
const shutdown = new BroadcastChannel('bench-profile-shutdown');
shutdown.unref();
if (isMainThread) process.once('SIGTERM', () => shutdown.postMessage('shutdown'));
else shutdown.onmessage = write;
