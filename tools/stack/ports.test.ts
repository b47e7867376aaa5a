import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createPortClaims, defaultPorts, loopback, wantedPorts } from './ports';

describe('wantedPorts', () => {
  it('are the usual ones by default', () => {
    expect(wantedPorts('well-known')).toEqual(defaultPorts);
  });

  it('count upwards from a base', () => {
    const ports = Object.values(wantedPorts(9000));
    expect(ports).toEqual(ports.map((_, index) => 9000 + index));
  });

  it('stay below the ephemeral range when any will do', () => {
    for (const random of [0, 0.5, 0.999_999]) {
      const ports = Object.values(wantedPorts('any', () => random));
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
      expect(Math.max(...ports)).toBeLessThan(32_768);
    }
  });
});

describe('createPortClaims', () => {
  const claims = createPortClaims();
  const others = createPortClaims();
  afterEach(() => [claims, others].forEach((each) => each.releaseAll()));

  const aBase = () => 20_000 + Math.floor(Math.random() * 10_000);

  it('skips a port on which something listens', async () => {
    const server = createServer().listen(0, loopback);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ports = await claims.choose(port);
    server.close();
    expect(Object.values(ports)).not.toContain(port);
  });

  it('never gives one port to two stacks that choose at the same time', async () => {
    const base = aBase();
    const chosen = await Promise.all([claims, others].map((each) => each.choose(base)));
    const all = chosen.flatMap((ports) => Object.values(ports));
    expect(new Set(all).size).toBe(all.length);
  });

  it('leaves the port free for its server to listen on', async () => {
    const { postgres } = await claims.choose('any');
    const server = createServer().listen(postgres, loopback);
    await once(server, 'listening');
    server.close();
  });

  it('gives the same ports again when they are released', async () => {
    const base = aBase();
    const ports = await claims.choose(base);
    claims.releaseAll();
    expect(await others.choose(base)).toEqual(ports);
  });
});
