import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolders, instanceNamed, privateFolder } from './instance';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'instance-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("only their owner can enter a stack's logs, and a server's data", () => {
  const [logsDir, dataDir] = [join(folder, 'logs'), join(folder, 'data')];
  mkdirSync(logsDir, { mode: 0o755 }); // as earlier versions made it
  createFolders({ ...instanceNamed('test'), logsDir, dataDir });
  expect(modeOf(logsDir)).toBe('700');
  expect(modeOf(privateFolder(join(dataDir, 'redis')))).toBe('700');
});

test.each(['', 'two words', '../outside', 'x'.repeat(32)])('a stack cannot be named "%s"', (name) => {
  expect(() => instanceNamed(name)).toThrow(/cannot name a stack/);
});
