/** docker-compose.yml and Dockerfile against the local stack: what they must have in common. Runs no container. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig, schemas, withSecrets } from '../../lib/config/config';
import { resolveAddresses } from '../../tools/stack/addresses';
import { projectRoot } from '../../tools/stack/instance';
import { defaultPorts } from '../../tools/stack/ports';
import { dynamicConfig, sqlitePragmas } from '../../tools/stack/servers/temporal';
import { brokerUsers, passwordVariable } from '../../tools/accounts/accounts';
import { secretNames, secretsFolder, storeSecrets } from '../../tools/accounts/secrets';
import { serviceParts } from '../../tools/stack/part';

const secretMount = z.object({
  source: z.literal('secrets'),
  target: z.string(),
  read_only: z.literal(true),
  volume: z.object({ subpath: z.string() }),
});
const service = z.object({
  image: z.string().optional(),
  build: z.object({ target: z.string() }).optional(),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  volumes: z.array(z.union([z.string(), secretMount])).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  ports: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  networks: z.array(z.string()).default(['default']),
  mem_limit: z.string().optional(),
  scale: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const aSecret = 'cd'.repeat(32);
const file = (name: string) => readFileSync(path.join(projectRoot, name), 'utf8');
const { services } = z
  .object({ services: z.record(z.string(), service) })
  .parse(parse(file('docker-compose.yml').replaceAll('$$', '$'), { merge: true, maxAliasCount: -1 }));
const stages = dockerfileStages(file('Dockerfile'));

/** The processes of the local stack, each with the schema of its configuration. */
const processes = {
  'api-user': schemas.userApi,
  'api-restaurant': schemas.restaurantApi,
  'api-delivery': schemas.deliveryApi,
  'worker-order': schemas.orderWorker,
  'worker-restaurant': schemas.restaurantWorker,
  'worker-delivery': schemas.deliveryWorker,
};
const eachProcess = Object.entries(processes).map(([name, schema]) => ({ name, schema }));

/** Every port of a server or service, as it is seen from outside. */
const published = {
  'api-user': ['8001:8001'],
  'api-restaurant': ['8002:8002'],
  'api-delivery': ['8003:8003'],
  'postgres-user': ['5554:5432'],
  'postgres-restaurant': ['5555:5432'],
  'postgres-delivery': ['5556:5432'],
  rabbitmq: ['5672:5672', '15672:15672'],
  redis: ['6379:6379'],
  temporal: ['7233:7233', '8233:8233'],
  prometheus: ['9090:9090'],
  grafana: ['3000:3000'],
  jaeger: ['16686:16686'],
};

const jobs = ['secrets', 'temporal-volume', 'migrate', 'search-attributes', 'database-users', 'broker-users'];
const tools = ['token', 'logs', 'queues', 'repair'];

/** For servers with TLS, which those of the compose file do not have. */
const ofOtherServers = /_(CA|CERT|KEY)_FILE$|^TEMPORAL_(TLS|API_KEY)/;

describe('each process of the local stack', () => {
  const parts = serviceParts(resolveAddresses({}, defaultPorts), defaultPorts, {});

  it('is a service of the compose file, and no other program is', () => {
    const built = Object.entries(services).flatMap(([name, { build }]) => (build ? [name] : []));
    expect(built.sort()).toEqual([...parts.map(({ name }) => name), ...jobs, ...tools].sort());
  });

  it.each(parts)('has an image that starts the same program: $name', ({ name, args }) => {
    const script = path.relative(projectRoot, args.at(-1) ?? '');
    expect(named(name).build?.target).toBe(name);
    expect(stage(name).command).toEqual(['node', script]);
  });
});

describe('a job or a tool', () => {
  it.each([...jobs, ...tools])('runs a program that exists: %s', (name) => {
    const { build, entrypoint, command } = named(name);
    const given = [...entrypoint, ...command];
    const [node, script = ''] = given.length > 0 ? given : stage(build?.target).command;
    if (node === 'chown') return;
    expect(node).toBe('node');
    expect(existsSync(path.join(projectRoot, script.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('that a person runs does not start by itself', () => {
    const inProfile = Object.entries(services).flatMap(([name, { profiles }]) =>
      profiles.includes('tools') ? [name] : [],
    );
    expect(inProfile.sort()).toEqual([...tools].sort());
  });

  it('migrates every database that a process uses', () => {
    const databases = (names: string[]) => names.filter((name) => name.endsWith('_DATABASE_URL'));
    const used = eachProcess.flatMap(({ schema }) => databases(Object.keys(schema.shape)));
    expect(databases(Object.keys(named('migrate').environment)).sort()).toEqual([...new Set(used)].sort());
  });
});

describe('the ports', () => {
  it("are the contract's, and open on this machine only", () => {
    const all = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
    const byDefault = (port: string) => port.replace(/\$\{API_[A-Z]+_PORTS:-(\d+)\}/, '$1');
    const expected = Object.entries(published).map(([name, ports]) => [
      name,
      ports.map((port) => `\${BIND_ADDRESS:-127.0.0.1}:${port}`),
    ]);
    expect(Object.fromEntries(all.map(([name, { ports }]) => [name, ports.map(byDefault)]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it.each(['api-user', 'api-restaurant', 'api-delivery'] as const)(
    'are those that the image listens on: %s',
    (name) => {
      const { environment, exposed } = stage(name);
      const [, port] = published[name][0]?.split(':') ?? [];
      expect(processes[name].shape.PORT.parse(undefined)).toBe(Number(port));
      expect(environment).toMatchObject({ HOST: '0.0.0.0', PORT: port });
      expect(exposed).toEqual([port]);
    },
  );
});

describe('the networks', () => {
  const servers = Object.keys(services).filter((name) => /^(postgres-.*|rabbitmq|redis|temporal)$/.test(name));
  const reached = (name: string) => {
    const { networks } = named(name);
    return servers.filter((server) => named(server).networks.some((network) => networks.includes(network)));
  };

  it('are one for each server', () => {
    expect(servers.map(reached)).toEqual(servers.map((server) => [server]));
  });

  it.each([...Object.keys(processes), ...jobs, ...tools])(
    'lead to the servers that it has an address of: %s',
    (name) => {
      const hosts = addressesOf(name).map(({ host }) => host);
      expect(reached(name)).toEqual(servers.filter((server) => hosts.includes(server)));
    },
  );
});

describe('a container of ours', () => {
  const build = Object.entries(services).filter(([, each]) => each.build);

  it.each(build)('has a limit of memory: %s', (_, { mem_limit }) => expect(mem_limit).toBeDefined());

  it.each(eachProcess)('is as many as the environment says, one by default: $name', ({ name }) => {
    expect(named(name).scale).toBe(`\${${name.toUpperCase().replace('-', '_')}_SCALE:-1}`);
  });
});

describe('Prometheus', () => {
  const targets = z.object({ names: z.array(z.string()), port: z.number() });
  const jobs = z.object({
    scrape_configs: z.array(z.object({ job_name: z.string(), dns_sd_configs: z.array(targets).optional() })),
  });
  const { scrape_configs } = jobs.parse(parse(file('observability/prometheus/prometheus.yml')));

  it('asks every process, where its image serves metrics', () => {
    const [target] = scrape_configs.find(({ job_name }) => job_name === 'food-delivery')?.dns_sd_configs ?? [];
    expect(target?.names).toEqual(Object.keys(processes));
    for (const { name } of eachProcess) expect(stage(name).environment['METRICS_PORT']).toBe(String(target?.port));
  });
});

describe('the health check of a process', () => {
  it.each(eachProcess)('asks it whether it lives, where it answers: $name', ({ name, schema }) => {
    const variable = name.startsWith('api') ? 'PORT' : 'HEALTH_PORT';
    const { healthCheck, environment } = stage(name);
    expect(healthCheck).toContain(`fetch('http://127.0.0.1:' + process.env.${variable} + '/health')`);
    expect(Number(environment[variable])).toBeGreaterThan(0);
    expect(schema.shape).toHaveProperty(variable);
  });
});

describe('the environment of a process', () => {
  it.each(eachProcess)('has only variables that the process reads: $name', ({ name, schema }) => {
    const set = Object.keys(named(name).environment);
    expect(set.filter((variable) => !(variable in schema.shape))).toEqual([]);
  });

  it.each(eachProcess)('leaves out no variable that the process reads: $name', ({ name, schema }) => {
    const set = { ...stage(name).environment, ...named(name).environment };
    const left = Object.keys(schema.shape).filter((variable) => !(variable in set));
    expect(left.filter((variable) => !ofOtherServers.test(variable))).toEqual([]);
  });

  it.each(eachProcess)('is one that a production system starts with: $name', ({ name, schema }) => {
    expect(loadConfig(schema, environmentOf(name))).toMatchObject({ NODE_ENV: 'production' });
  });

  it.each(eachProcess)('leaves no address at its default, which is the container itself: $name', ({ name, schema }) => {
    const byDefault = schema.parse({ AUTH_SECRET: aSecret });
    const local = Object.entries(byDefault).filter(
      ([, value]) => typeof value === 'string' && value.includes('127.0.0.1'),
    );
    const given = { ...stage(name).environment, ...named(name).environment };
    expect(local.map(([variable]) => variable).filter((variable) => !given[variable])).toEqual([]);
  });

  it.each(eachProcess)('points at services, by the ports that they listen on: $name', ({ name }) => {
    const addresses = addressesOf(name);
    expect(addresses.length).toBeGreaterThan(0);
    for (const { host, port } of addresses) {
      expect(published).toHaveProperty(host, expect.arrayContaining([expect.stringMatching(`:${port}$`)]));
    }
  });

  it.each(eachProcess)('lets it start when the servers that it waits for are ready: $name', ({ name }) => {
    const ready = readyBefore(name);
    const needed = addressesOf(name).filter(({ variable }) => /DATABASE|TEMPORAL|RABBITMQ/.test(variable));
    expect(needed.map(({ host }) => host).filter((host) => !ready.has(host))).toEqual([]);
    expect(ready).toContain('database-users');
    expect(ready).toContain('migrate');
    expect(ready.has('broker-users')).toBe('RABBITMQ_URL' in named(name).environment);
    expect(ready.has('search-attributes')).toBe('TEMPORAL_ADDRESS' in named(name).environment);
  });
});

describe('the secrets', () => {
  const readBy = ({ environment, entrypoint, healthcheck }: z.infer<typeof service>) => {
    const texts = [...Object.values(environment), ...entrypoint, ...(healthcheck?.test ?? [])].join(' ');
    const found = [...texts.matchAll(/\$\{([A-Z_]+)\}|\/run\/secrets\/([A-Z_]+)/g)];
    return [...new Set(found.map(([, inVariable, asFile]) => inVariable ?? asFile ?? ''))];
  };

  it('can each be given to the job that makes the others', () => {
    expect(Object.keys(named('secrets').environment).sort()).toEqual([...secretNames, 'AUTH_JWKS_URL'].sort());
    expect(named('secrets').volumes).toEqual([`secrets:${secretsFolder}`]);
  });

  it.each(Object.keys(services).filter((name) => name !== 'secrets'))('are mounted where they are read: %s', (name) => {
    const mounts = secretsIn(name);
    expect(mounts.map(({ volume }) => volume.subpath).sort()).toEqual(readBy(named(name)).sort());
    for (const { target, volume } of mounts) expect(target).toBe(`/run/secrets/${volume.subpath}`);
    if (mounts.length > 0 && !tools.includes(name)) expect(readyBefore(name)).toContain('secrets');
  });

  it('are all read', () => {
    const read = Object.values(services).flatMap(readBy);
    expect([...new Set(read)].sort()).toEqual([...secretNames].sort());
  });

  it('are in no command line', () => {
    for (const { command } of Object.values(services)) expect(command.join(' ')).not.toMatch(/PASSWORD|SECRET/);
  });

  it.each(brokerUsers)('of a process at RabbitMQ are those of the user that is made for it: %s', (name) => {
    const { username, password } = new URL(environmentOf(name)['RABBITMQ_URL'] ?? '');
    expect({ username, password }).toEqual({ username: name, password: valueOf(passwordVariable(name)) });
    const ofJob = environmentOf('broker-users')[passwordVariable(name)];
    expect(ofJob).toBe(valueOf(passwordVariable(name)));
  });

  it("are no process's that are an administrator's", () => {
    for (const { name } of eachProcess) {
      const all = secretsIn(name).map(({ volume }) => volume.subpath);
      expect(all.filter((secret) => ['POSTGRES_PASSWORD', 'RABBITMQ_PASSWORD'].includes(secret))).toEqual([]);
    }
  });
});

describe('the images', () => {
  it('are pinned by a version', () => {
    const images = Object.values(services).flatMap(({ image, build }) => (build ? [] : (image ?? [])));
    const bases = [...stages.values()].map(({ base }) => base).filter((base) => !stages.has(base));
    expect(images.length).toBeGreaterThan(0);
    expect(bases.length).toBeGreaterThan(0);
    for (const image of [...images, ...bases]) expect(image).toMatch(/^[\w/]+:v?\d[\w.-]*$/);
  });

  it('are built from every folder with code', () => {
    const elsewhere = new Set(['node_modules', 'dist', 'tests']);
    const folders = readdirSync(projectRoot, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !elsewhere.has(entry.name))
      .map(({ name }) => name)
      .filter((name) =>
        readdirSync(path.join(projectRoot, name), { recursive: true }).some((each) => String(each).endsWith('.ts')),
      );
    expect(file('.dockerignore').split('\n')).toEqual(expect.arrayContaining(folders.map((name) => `!${name}`)));
  });
});

describe('Temporal', () => {
  it('has the settings of the local stack', () => {
    const values = (flag: string) =>
      named('temporal').command.flatMap((each) => (each.startsWith(`${flag}=`) ? [each.slice(flag.length + 1)] : []));
    const pairs = (settings: object) => Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    expect(values('--dynamic-config-value')).toEqual(pairs(dynamicConfig));
    expect(values('--sqlite-pragma')).toEqual(pairs(sqlitePragmas));
    expect(values('--port')).toEqual([String(defaultPorts.temporal)]);
    expect(values('--ui-port')).toEqual([String(defaultPorts['temporal-ui'])]);
  });
});

function named(name: string): z.infer<typeof service> {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

const secretsIn = (name: string) => named(name).volumes.filter((volume) => typeof volume === 'object');

const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
storeSecrets(folder, {});
afterAll(() => rmSync(folder, { recursive: true }));
const valueOf = (secret: string) => readFileSync(path.join(folder, secret), 'utf8');

/** What a container has in its variables, its image's included, with its secrets filled in. */
function environmentOf(name: string): NodeJS.ProcessEnv {
  const given = { ...stage(named(name).build?.target).environment, ...named(name).environment };
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null);
  return withSecrets({ ...Object.fromEntries(set), SECRETS_FOLDER: folder });
}

/** Where the variables of a service point that hold an address. */
function addressesOf(name: string): { variable: string; host: string; port: string }[] {
  return Object.entries(named(name).environment).flatMap(([variable, value]) => {
    const [, host, port] = /^(?:\w+:\/\/)?(?:[^@/]+@)?([\w-]+):(\d+)/.exec(value ?? '') ?? [];
    return host && port ? [{ variable, host, port }] : [];
  });
}

/** The services that are healthy, or have done their work, before this one starts. */
function readyBefore(name: string): Set<string> {
  const direct = Object.entries(named(name).depends_on).flatMap(([other, { condition }]) =>
    ['service_healthy', 'service_completed_successfully'].includes(condition) ? [other] : [],
  );
  return new Set(direct.flatMap((other) => [other, ...readyBefore(other)]));
}

interface Stage {
  base: string;
  /** With what it has from its base. */
  environment: Record<string, string>;
  exposed: string[];
  /** The command that asks whether it is well, its base's unless it has its own. */
  healthCheck: string;
  command: string[];
}

function stage(name: string | undefined): Stage {
  const found = stages.get(name ?? '');
  if (!found) throw new Error(`Dockerfile has no target ${name}`);
  return found;
}

function dockerfileStages(text: string): Map<string, Stage> {
  const found = new Map<string, Stage>();
  for (const part of text.split(/^(?=FROM )/m).slice(1)) {
    const [, base = '', name = ''] = /^FROM (\S+) AS (\S+)/.exec(part) ?? [];
    const lines = (instruction: string) =>
      [...part.matchAll(new RegExp(`^${instruction} (.*)$`, 'gm'))].map(([, rest = '']) => rest);
    const variables = lines('ENV').flatMap((line) =>
      line.split(' ').map((pair) => pair.split('=') as [string, string]),
    );
    found.set(name, {
      base,
      environment: { ...found.get(base)?.environment, ...Object.fromEntries(variables) },
      exposed: lines('EXPOSE'),
      healthCheck: /^HEALTHCHECK .*\\\n\s*CMD (.*)$/m.exec(part)?.[1] ?? found.get(base)?.healthCheck ?? '',
      command: lines('CMD').flatMap((line) => JSON.parse(line) as string[]),
    });
  }
  return found;
}
