'use strict';

/**
 * Takes the types away from the sources that have changed, into `dist`, with source maps. Types are checked by `npm run check`: doing it
 * here would make each start wait for it.
 */

const fs = require('node:fs');
const { dirname, join, relative } = require('node:path');
const { transformFile } = require('@swc/core');
const { root } = require('./run-step.cjs');

const folders = ['contracts', 'workflows', 'activities', 'workers', 'api', 'lib', 'prisma', 'tools'];

const options = {
  swcrc: false,
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs', ignoreDynamic: true }, // `import()` loads a module only when it is needed
  sourceMaps: true,
};

const sourcesIn = (folder) =>
  fs
    .readdirSync(join(root, folder), { recursive: true })
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => join(root, folder, name));

const outputOf = (source) => join(root, 'dist', relative(root, source)).replace(/\.ts$/, '.js');

async function compile(source) {
  const output = outputOf(source);
  if (fs.existsSync(output) && fs.statSync(output).mtimeMs >= fs.statSync(source).mtimeMs) return;
  const { code, map } = await transformFile(source, { ...options, sourceFileName: relative(dirname(output), source) });
  fs.mkdirSync(dirname(output), { recursive: true });
  fs.writeFileSync(`${output}.map`, map);
  fs.writeFileSync(output, `${code}//# sourceMappingURL=${output.split('/').at(-1)}.map\n`);
}

/** A deleted source must not live on: some folders are read at run time. */
function removeOrphans(outputs) {
  for (const folder of folders) {
    const inDist = join(root, 'dist', folder);
    if (!fs.existsSync(inDist)) continue;
    for (const name of fs.readdirSync(inDist, { recursive: true })) {
      const file = join(inDist, name);
      if (/\.js(\.map)?$/.test(name) && !outputs.has(file.replace(/\.map$/, ''))) fs.rmSync(file);
    }
  }
}

async function main() {
  const sources = folders.flatMap(sourcesIn);
  removeOrphans(new Set(sources.map(outputOf)));
  await Promise.all(sources.map(compile));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
