/** The files for one service alone, deploy/<service>/docker-compose.yml, against docker-compose.yml. Runs no container. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../tools/stack/instance';

const service = z.object({
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  volumes: z.array(z.union([z.string(), z.object({ volume: z.object({ subpath: z.string() }) })])).default([]),
  networks: z.array(z.string()).default([]),
});
type Services = Record<string, z.infer<typeof service>>;

function servicesOf(file: string): Services {
  const text = readFileSync(path.join(projectRoot, file), 'utf8').replaceAll('!override ', '');
  const content = z.object({ services: z.record(z.string(), service) });
  return content.parse(parse(text, { merge: true, maxAliasCount: -1 })).services;
}

const whole = servicesOf('docker-compose.yml');
const files = [
  { name: 'user', processes: ['api-user', 'worker-order'] },
  { name: 'restaurant', processes: ['api-restaurant', 'worker-restaurant'] },
  { name: 'delivery', processes: ['api-delivery', 'worker-delivery'] },
].map((each) => ({ ...each, services: servicesOf(`deploy/${each.name}/docker-compose.yml`) }));

describe.each(files)('deploy/$name', ({ name, processes, services }) => {
  it('has its processes, its database and their jobs, as in the file of the whole system', () => {
    const names = ['secrets', `postgres-${name}`, 'migrate', 'database-users', ...processes];
    expect(Object.keys(services)).toEqual(names);
    const origins = Object.values(services).map((each) => each.extends);
    expect(origins).toEqual(names.map((each) => ({ file: '../../docker-compose.yml', service: each })));
  });

  it('prepares its own database only', () => {
    expect(services['migrate']?.command.at(-1)).toBe(name);
    expect(services['database-users']?.command.at(-1)).toBe(name);
  });

  it.each(processes)('gives every address that is not in it: %s', (process) => {
    const inherited = Object.entries(whole[process]?.environment ?? {});
    const elsewhere = inherited.filter(([, value]) => /[/@]?(api-\w+|rabbitmq|redis|temporal):\d+/.test(value ?? ''));
    const given = services[process]?.environment ?? {};
    expect(elsewhere.length).toBeGreaterThan(0);
    for (const [variable] of elsewhere) expect(given[variable]).toMatch(/\$\{[A-Z_]+:\?(http:\/\/)?host:port\}$/);
  });

  it('makes no secret that others have', () => {
    const read = processes.flatMap((process) => whole[process]?.volumes ?? []);
    const names = new Set(read.flatMap((each) => (typeof each === 'object' ? [each.volume.subpath] : [])));
    const ofOthers = [...names].filter((each) => !each.endsWith('_DATABASE_PASSWORD'));
    expect(services['secrets']?.command.slice(3).sort()).toEqual(ofOthers.sort());
  });
});
