import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExpectedError } from '../cli/output';

/** A stack by its name: where it keeps everything. Several can run beside each other. */
export interface Instance {
  name: string;
  stateDir: string;
  logsDir: string;
  dataDir: string;
  /** Data of a server whose user cannot reach the project's folder. */
  sharedDataDir: string;
  /** Unix socket on which the launcher answers. In a short path: 104 bytes are the limit. */
  socketPath: string;
  /** Where its warden can be waited for. */
  wardenSocketPath: string;
}

/** Thrown for a name that could not be a folder's. */
export class InvalidInstanceName extends ExpectedError {
  override readonly name = 'InvalidInstanceName';
}

/** The folder that holds package.json, whether this runs as source or compiled. */
export const projectRoot = findProjectRoot(__dirname);

function findProjectRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findProjectRoot(dirname(folder));
}

/** @throws InvalidInstanceName */
export function instanceNamed(name: string): Instance {
  if (!/^[a-z0-9][a-z0-9_-]{0,30}$/i.test(name)) {
    throw new InvalidInstanceName(`"${name}" is no name for a stack: letters, digits, - and _ only, 31 at most`);
  }
  const stateDir = join(projectRoot, '.stack', name);
  const id = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const socketBase = join(tmpdir(), `food-delivery-${process.getuid?.() ?? 0}-${id}`);
  return {
    name,
    stateDir,
    logsDir: join(stateDir, 'logs'),
    dataDir: join(stateDir, 'data'),
    sharedDataDir: join('/var/tmp', `durable-food-delivery-${id}`),
    socketPath: `${socketBase}.sock`,
    wardenSocketPath: `${socketBase}-warden.sock`,
  };
}

/** Removes everything that the instance has stored. It must not be running. */
export function wipe(instance: Instance): void {
  rmSync(instance.stateDir, { recursive: true, force: true });
  rmSync(instance.sharedDataDir, { recursive: true, force: true });
}

/** Makes the folders. */
export function createFolders(instance: Instance): void {
  mkdirSync(instance.logsDir, { recursive: true });
  mkdirSync(instance.dataDir, { recursive: true });
}

/** The log of a part. */
export function logFileOf(instance: Instance, part: string): string {
  return join(instance.logsDir, `${part}.log`);
}

/** A run begins with an empty log; the run before it stays readable beside it. */
export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.previous`);
}
