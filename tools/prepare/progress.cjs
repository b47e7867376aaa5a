'use strict';

/** Without a terminal a line this often says that a long step is still alive. */
const REPORT_EVERY_MS = 15_000;
const FRAME_EVERY_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** A step faster than this is not worth a line of its own. */
const QUIET_MS = 1_000;

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

/** Writes to stderr: stdout stays free for what a command prints as its result. */
function write(text) {
  process.stderr.write(text);
}

/**
 * Runs `work` and shows `label` with the time it takes: a line that rewrites itself on a
 * terminal, a line every 15 s without one, and one at the end if it took long or failed
 * (unless `closingLine` is false). Rejects as `work` does.
 */
async function withProgress(label, work, { closingLine = true } = {}) {
  const startedAt = Date.now();
  const elapsed = () => Date.now() - startedAt;
  const terminal = process.stderr.isTTY === true;
  let frame = 0;
  const timer = setInterval(
    () => {
      if (terminal) write(`\r\x1b[2K${FRAMES[frame++ % FRAMES.length]} ${label} (${seconds(elapsed())})`);
      else write(`… ${label} (${seconds(elapsed())} so far)\n`);
    },
    terminal ? FRAME_EVERY_MS : REPORT_EVERY_MS,
  );
  const close = (mark) => {
    clearInterval(timer);
    if (terminal) write('\r\x1b[2K');
    if (closingLine && (mark === '✗' || elapsed() >= QUIET_MS)) write(`${mark} ${label} (${seconds(elapsed())})\n`);
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

module.exports = { withProgress, seconds };
