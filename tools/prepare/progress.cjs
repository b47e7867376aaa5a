'use strict';

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

module.exports = { withProgress };
