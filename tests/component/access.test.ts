/** Every route of the three services admits exactly the roles that it declares, and no bad token. */
import { randomUUID } from 'node:crypto';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { roles, type Caller, type Role } from '../../contracts/access';
import { serviceAlone, type ServiceAlone, type ServiceName } from '../fixtures/alone';
import { aCourier, aCustomer, anOperator, aRestaurant, bearerOf, rules, secret } from '../fixtures/tokens';
import { allRoutes, type Route } from './fixtures/routes';

const services = ['user', 'restaurant', 'delivery'] as const;
let alone: Record<ServiceName, ServiceAlone>;
beforeAll(async () => {
  const [user, restaurant, delivery] = await Promise.all(services.map(serviceAlone));
  alone = { user, restaurant, delivery } as typeof alone;
});
afterAll(() => Promise.all(Object.values(alone).map((service) => service.close())));

const routes = allRoutes();
const nameOf = ({ service, method, path: route }: Route): string => `${service}: ${method} ${route}`;
const named = (some: Route[]) => some.map((route) => [nameOf(route), route] as const);
const guarded = routes.filter(({ roles }) => roles.length > 0);
const open = routes.filter(({ roles }) => roles.length === 0);
/** One route of each service is enough: all share the same guard. */
const oneEach = (some: Route[]) => services.flatMap((service) => some.find((route) => route.service === service) ?? []);

/** Calls the route with unknown ids, as a stranger who has read the documentation would. */
const ask = ({ service, method, path: route }: Route, headers: Record<string, string>) => {
  const asked = route.replace(/:\w+/g, () => randomUUID());
  return alone[service].send({ method, path: asked, headers });
};

const callers: Record<Role, Caller> = {
  customer: aCustomer(randomUUID()),
  restaurant: aRestaurant(randomUUID()),
  courier: aCourier(randomUUID()),
  operator: anOperator,
  service: { role: 'service', sub: 'another' },
};

const now = (): number => Math.floor(Date.now() / 1_000);
const good: JWTPayload = { ...anOperator, iss: rules.issuer, aud: rules.audience };
const signed = (more: JWTPayload, key = secret) =>
  new SignJWT({ ...good, exp: now() + 60, ...more }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(key));
const bad: [string, () => Promise<string> | string][] = [
  ['expired', async () => `Bearer ${await signed({ exp: now() - 60 })}`],
  ['unsigned', () => `Bearer ${new UnsecuredJWT({ ...good, exp: now() + 60 }).encode()}`],
  ['signed with another key', async () => `Bearer ${await signed({}, 'another secret of thirty-two characters')}`],
  ['from another issuer', async () => `Bearer ${await signed({ iss: 'another' })}`],
  ['for another audience', async () => `Bearer ${await signed({ aud: 'another' })}`],
  ['of an unknown role', async () => `Bearer ${await signed({ role: 'admin' })}`],
  ['of a courier without an agent', async () => `Bearer ${await signed({ role: 'courier' })}`],
  ['of a customer whose id is no UUID', async () => `Bearer ${await signed({ role: 'customer', sub: 'me' })}`],
  ['Basic credentials', () => `Basic ${Buffer.from('operator:operator').toString('base64')}`],
  ['empty', () => 'Bearer '],
];

function expectUnauthorized({ status, headers, text }: Awaited<ReturnType<typeof ask>>): void {
  expect({ status, challenge: headers['www-authenticate'] }).toEqual({ status: 401, challenge: 'Bearer' });
  const { success, message, detail, code } = JSON.parse(text) as Record<string, unknown>;
  expect({ success, detail, code }).toEqual({ success: false, detail: message, code: 'UNAUTHENTICATED' });
}

/** Reading them would cost something, and their faults would be answered first. */
const unreadBodies: [string, Record<string, string>, string][] = [
  ['malformed JSON', { 'content-type': 'application/json' }, '{'],
  ['deep JSON', { 'content-type': 'application/json' }, '['.repeat(10_000)],
  ['a megabyte', { 'content-type': 'application/json' }, JSON.stringify('x'.repeat(1_000_000))],
  ['a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'x'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
];
describe.each(named(guarded.filter(({ method }) => method !== 'GET')))('%s', (_name, route) => {
  test.each(unreadBodies)(
    'is 401 without a token, and 403 for another role, before %s is read',
    async (_what, headers, body) => {
      const request = { method: route.method, path: route.path, headers, body };
      expectUnauthorized(await alone[route.service].sendAnonymous(request));
      const another = roles.find((role) => !route.roles.includes(role));
      if (!another) return;
      const answer = await alone[route.service].send({
        ...request,
        headers: { ...headers, ...(await bearerOf(callers[another])) },
      });
      expect(answer.status).toBe(403);
    },
  );
});

test.each(named(guarded))('%s is 401 without a token', async (_name, route) => {
  expectUnauthorized(await alone[route.service].sendAnonymous({ method: route.method, path: route.path }));
});

describe.each(named(guarded))('%s', (_name, route) => {
  test.each(roles)('admits a %s only if it declares the role', async (role) => {
    const { status, text } = await ask(route, await bearerOf(callers[role]));
    if (route.roles.includes(role)) expect([401, 500]).not.toContain(status);
    else expect([status, JSON.parse(text)]).toMatchObject([403, { code: 'FORBIDDEN' }]);
  });
});

describe.each(named(oneEach(guarded)))('%s', (_name, route) => {
  test.each(bad)('is 401 with a token that is %s', async (_kind, authorization) => {
    expectUnauthorized(await ask(route, { authorization: await authorization() }));
  });
});

test.each(named(open))('%s needs no token', async (_name, route) => {
  const { status } = await alone[route.service].sendAnonymous({ method: route.method, path: route.path });
  expect([401, 403]).not.toContain(status);
});

test.each(named(oneEach(open)))('%s is 401 with a bad token', async (_name, route) => {
  expectUnauthorized(await ask(route, { authorization: `Bearer ${await signed({ exp: now() - 60 })}` }));
});
