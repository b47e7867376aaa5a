'use strict';

/**
 * Takes the types away from the sources that have changed, into `dist`, with source maps. Types are checked by `npm run check`: doing it
 * here would make each start wait for it.
 */

const fs = require('node:fs');
const { basename, dirname, join, relative } = require('node:path');
const ts = require('typescript');
const { root } = require('./run-step.cjs');

const folders = ['contracts', 'workflows', 'activities', 'workers', 'api', 'lib', 'prisma', 'tools'];

const filesIn = (folder) =>
  fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).map((name) => join(folder, name)) : [];
const modifiedAt = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.test.ts');
const outputOf = (source) => join(root, 'dist', relative(root, source)).replace(/\.ts$/, '.js');

const configFile = join(root, 'tsconfig.json');
const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
const { options } = ts.convertCompilerOptionsFromJson(
  { ...config.compilerOptions, noEmit: false, sourceMap: true },
  root,
);

function compile(source) {
  const output = outputOf(source);
  if (modifiedAt(output) >= modifiedAt(source)) return;
  fs.mkdirSync(dirname(output), { recursive: true });
  const { outputText, sourceMapText } = ts.transpileModule(fs.readFileSync(source, 'utf8'), {
    compilerOptions: options,
    fileName: source,
  });
  const map = { ...JSON.parse(sourceMapText), sources: [relative(dirname(output), source)] };
  fs.writeFileSync(`${output}.map`, JSON.stringify(map));
  fs.writeFileSync(output, outputText);
}

const sources = folders.flatMap((folder) => filesIn(join(root, folder))).filter(isSource);
const outputs = new Set(sources.map(outputOf));
// A deleted source must not live on.
for (const file of folders.flatMap((folder) => filesIn(join(root, 'dist', folder))))
  if (/\.js(\.map)?$/.test(file) && !outputs.has(file.replace(/\.map$/, ''))) fs.rmSync(file);
for (const source of sources) compile(source);
