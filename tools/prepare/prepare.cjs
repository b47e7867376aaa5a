'use strict';

/** Installs dependencies, generates database clients, compiles, bundles the workflows. A step is skipped when its result is up to date. */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { join, relative } = require('node:path');
const { root, runStep } = require('./run-step.cjs');

const services = ['user', 'restaurant', 'delivery'];
const skippedFolders = new Set(['node_modules', 'dist', 'docs', 'coverage']);

function modifiedAt(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function readIfPresent(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

const hash = (text) => createHash('sha256').update(text).digest('hex');

/** `npm ci`, when node_modules is missing or older than the lock file. */
async function installDependencies() {
  const lockFile = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  const stamp = join(root, 'node_modules', '.lock-file-hash');
  const wanted = hash(fs.readFileSync(lockFile, 'utf8'));
  // By its hash too, because a checkout can touch the lock file without changing it.
  const fresh =
    fs.existsSync(installed) && (modifiedAt(installed) >= modifiedAt(lockFile) || readIfPresent(stamp) === wanted);
  if (fresh) return;
  await runStep({
    name: 'npm-ci',
    label: 'Installing the dependencies (npm ci)',
    command: 'npm',
    args: ['ci', '--no-audit', '--no-fund'],
  });
  fs.writeFileSync(stamp, wanted);
}

/** Generates the Prisma clients that are older than their schema. */
async function generateClients() {
  await installDependencies();
  const cli = join(root, 'node_modules', 'prisma', 'build', 'index.js');
  await Promise.all(
    services.map(async (service) => {
      const schema = join(root, 'prisma', service, 'schema.prisma');
      const client = join(root, 'prisma', service, 'generated', 'client.ts');
      const sourcesAt = Math.max(modifiedAt(schema), modifiedAt(cli));
      if (modifiedAt(client) >= sourcesAt) return;
      await runStep({
        name: `generate-${service}`,
        label: `Generating the ${service} database client`,
        args: [cli, 'generate', '--schema', schema],
        env: {
          // Generating never runs the schema engine but would download it. With any executable in its place, it works without internet.
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
      });
    }),
  );
}

/** Changes with the path, time or size of any file that the compiler reads. */
function sourcesFingerprint() {
  const lines = [];
  const visit = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (/\.ts$|^tsconfig.*\.json$|^package-lock\.json$/.test(entry.name)) {
        const { mtimeMs, size } = fs.statSync(path);
        lines.push(`${relative(root, path)} ${mtimeMs} ${size}`);
      }
    }
  };
  visit(root);
  return hash(lines.sort().join('\n'));
}

async function build() {
  await generateClients();
  const stamp = join(root, 'dist', '.sources');
  const fingerprint = sourcesFingerprint();
  if (readIfPresent(stamp) === fingerprint) return;
  await runStep({
    name: 'compile',
    label: 'Compiling',
    args: [join(__dirname, 'compile.cjs')],
  });
  await runStep({
    name: 'bundle-workflows',
    label: 'Bundling the workflows',
    args: [join(root, 'dist', 'tools', 'build', 'bundle-workflows.js')],
  });
  fs.writeFileSync(stamp, fingerprint);
}

module.exports = { build, generateClients, installDependencies };
