import { Registry } from 'prom-client';
import { cachedFor, observableGauge, serveMetrics, type Values } from './metrics';

const none = async () => '';
const never = () => new Promise<never>(() => undefined);

describe('an observable gauge', () => {
  const gaugeOf = (ask: () => Promise<Values<'kind'>>): Registry => {
    const registry = new Registry();
    observableGauge(registry, { name: 'dishes', help: 'Dishes.', labelNames: ['kind'], observe: ask });
    return registry;
  };
  const soups = (value: number) => async (): Promise<Values<'kind'>> => [{ labels: { kind: 'soup' }, value }];
  const samplesOf = async (registry: Registry): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('dishes'));

  it('has the values of the last observation, and no others', async () => {
    const ask = jest.fn(soups(2));
    const registry = gaugeOf(ask);
    expect(await samplesOf(registry)).toEqual(['dishes{kind="soup"} 2']);
    ask.mockImplementation(async () => [{ labels: { kind: 'stew' }, value: 1 }]);
    expect(await samplesOf(registry)).toEqual(['dishes{kind="stew"} 1']);
  });

  it.each([
    ['there is no answer', never],
    ['the observation fails', () => Promise.reject(new Error('away'))],
  ])('is absent while %s, and then there again', async (_while, answer) => {
    const ask = jest.fn(soups(2));
    const registry = gaugeOf(ask);
    await samplesOf(registry);
    ask.mockImplementationOnce(answer);
    expect(await samplesOf(registry)).toEqual([]);
    expect(await samplesOf(registry)).toEqual(['dishes{kind="soup"} 2']);
  });

  it('is absent without labels too, and no zero', async () => {
    const registry = new Registry();
    const ask = jest.fn(async () => [{ labels: {}, value: 3 }]);
    observableGauge(registry, { name: 'dishes', help: 'Dishes.', labelNames: [], observe: ask });
    expect(await samplesOf(registry)).toEqual(['dishes 3']);
    ask.mockRejectedValueOnce(new Error('away'));
    expect(await samplesOf(registry)).toEqual([]);
  });
});

describe('a cached load', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([
    ['an answer', async () => 'soup'],
    ['a failure', () => Promise.reject(new Error('away'))],
    ['no answer yet', never],
  ])('is asked once for %s', (_what, answer) => {
    const ask = jest.fn<Promise<string>, []>(answer);
    const kept = cachedFor(5_000, ask);
    const get = (): void => void kept().catch(() => undefined);
    get();
    get();
    jest.advanceTimersByTime(4_999);
    get();
    expect(ask).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    get();
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('the server of the metrics', () => {
  const served: { close(): void }[] = [];
  afterEach(() => served.splice(0).forEach((server) => server.close()));

  const registry = new Registry();
  observableGauge(registry, {
    name: 'dishes',
    help: 'Dishes.',
    labelNames: [],
    observe: async () => [{ labels: {}, value: 1 }],
  });
  const serve = async (other = none): Promise<string> => {
    const server = await serveMetrics({ HOST: '127.0.0.1', METRICS_PORT: 0 }, registry, other);
    served.push(server);
    return server.address ?? '';
  };
  const get = async (address: string) => (await fetch(`${address}/metrics`)).text();

  it("returns the registry's metrics and the others", async () => {
    const text = await get(await serve(async () => 'others 1\n'));
    expect(text).toMatch(/^# HELP dishes Dishes\.\n# TYPE dishes gauge\ndishes 1\nothers 1\n$/);
  });

  it.each([
    ['hang', never],
    ['fail', () => Promise.reject(new Error('away'))],
  ])("returns the registry's metrics when the others %s", async (_what, other) => {
    expect(await get(await serve(other))).toMatch(/dishes 1\n$/);
  });

  it('serves no other path', async () => {
    expect((await fetch(`${await serve()}/health`)).status).toBe(404);
  });

  it('does not listen without a port', async () => {
    expect((await serveMetrics({ HOST: '127.0.0.1' }, registry, none)).address).toBeUndefined();
  });

  it('fails on a port that is taken', async () => {
    const { port } = new URL(await serve());
    const taken = serveMetrics({ HOST: '127.0.0.1', METRICS_PORT: Number(port) }, registry, none);
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
