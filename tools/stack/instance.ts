import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExpectedError } from '../cli/cli';

/** A stack of one name: where it keeps everything. Several can run at the same time. */
export type Instance = ReturnType<typeof instanceNamed>;

/** The folder of package.json, whether this runs as source or compiled. */
export const projectRoot = findProjectRoot(__dirname);

function findProjectRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findProjectRoot(dirname(folder));
}

/** Throws ExpectedError when the name could not be a folder's. */
export function instanceNamed(name: string) {
  if (!/^[a-z0-9][a-z0-9_-]{0,30}$/i.test(name)) {
    throw new ExpectedError(`"${name}" cannot name a stack: only letters, digits, - and _, at most 31`);
  }
  const stateDir = join(projectRoot, '.stack', name);
  const id = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const socketBase = join(tmpdir(), `food-delivery-${process.getuid?.() ?? 0}-${id}`);
  return {
    name,
    stateDir,
    logsDir: join(stateDir, 'logs'),
    dataDir: join(stateDir, 'data'),
    /** Data of a server whose account cannot enter the project's folder. */
    sharedDataDir: join('/var/tmp', `durable-food-delivery-${id}`),
    /** Unix socket on which the launcher answers. Its path is short because 104 bytes are the limit. */
    socketPath: `${socketBase}.sock`,
    /** Unix socket that is open for as long as its warden runs. */
    wardenSocketPath: `${socketBase}-warden.sock`,
  };
}

/** Removes everything that the instance has stored. It must not be running. */
export function wipe(instance: Instance): void {
  for (const folder of [instance.stateDir, instance.sharedDataDir]) rmSync(folder, { recursive: true, force: true });
}

/** Logs are for their owner alone; the data's folders are so one by one, as PostgreSQL may run under another account. */
export function createFolders(instance: Instance): void {
  privateFolder(instance.logsDir);
  mkdirSync(instance.dataDir, { recursive: true });
}

/** Creates the folder if it is missing. Only its owner can enter it, whoever has created it and under which umask. */
export function privateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  return folder;
}

export const logFileOf = (instance: Instance, part: string): string => join(instance.logsDir, `${part}.log`);

/** Makes room for a new log; that of the previous run is kept as `<file>.previous`. */
export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.previous`);
}
