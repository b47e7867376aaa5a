/** The OpenAPI documents: they are valid, their examples match their schemas, and the services serve them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { serviceAlone, type ServiceAlone } from '../fixtures/alone';
import { documents, faultOf, operationsOf, type Service } from '../fixtures/described';

const services = ['user', 'restaurant', 'delivery'] as const;
const root = path.resolve(__dirname, '../..');
const readJson = (file: string) => JSON.parse(readFileSync(path.resolve(root, file), 'utf8')) as object;

describe.each(services)("the %s service's document", (service: Service) => {
  const document = documents[service];
  const operations = operationsOf(document);

  test('is valid against the official schema of OpenAPI 3.1', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats(ajv);
    ajv.addFormat('media-range', true); // of content types; ours are simple
    const fits = ajv.compile(readJson(require.resolve('@seriousme/openapi-schema-validator/schemas/v3.1/schema.json')));
    fits(document);
    expect(fits.errors).toBeNull();
  });

  test('has unique operation ids', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(operations.map((each) => [each.operationId, each] as const))(
    'has examples that match its schemas: %s',
    (_id, each) => {
      const examples = Object.entries(each.responses).flatMap(([status, response]) => {
        const { content, headers = {} } = response as Response;
        return Object.entries(content ?? {}).map(([type, { example }]) => ({ status, headers, type, example }));
      });
      const asked = { method: each.method, path: each.path.replace(/:\w+/g, 'x') };
      for (const { status, headers, type, example } of examples.filter((one) => one.example !== undefined)) {
        const named = Object.fromEntries(Object.keys(headers).map((name) => [name.toLowerCase(), 'x']));
        const answer = { status: Number(status), headers: { ...named, 'content-type': type } };
        expect(
          faultOf(service, { ...asked, ...answer, text: isJson(type) ? JSON.stringify(example) : String(example) }),
        ).toBeUndefined();
      }
      expect(examples.some(({ status, example }) => status < '300' && example !== undefined)).toBe(true);
    },
  );
});

const isJson = (type: string): boolean => type === 'application/json';

interface Response {
  content?: Record<string, { example?: unknown }>;
  headers?: object;
}

describe("a service's answer fails the test that receives it", () => {
  const good = {
    method: 'GET',
    path: '/Orders/4e8f1b2a-6c3d-4f5e-9a7b-8c9d0e1f2a44/?x',
    status: 404,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    text: '{"success":false,"message":"Order not found","detail":"Order not found","code":"NOT_FOUND"}',
  };
  const ready = { ...good, path: '/health/ready', text: '{"ready":true,"draining":false,"dependencies":{}}' };

  test('not if it is as described', () => {
    expect(faultOf('user', good)).toBeUndefined();
    expect(faultOf('user', { ...good, method: 'DELETE' })).toBeUndefined();
    expect(faultOf('user', { ...ready, status: 200 })).toBeUndefined();
    expect(faultOf('user', { ...ready, method: 'HEAD', status: 200, text: '' })).toBeUndefined();
  });

  test.each([
    ['a status', { ...good, status: 409 }],
    ['a status of an unknown route', { ...good, path: '/nope', status: 200 }],
    ['a field', { ...good, text: good.text.replace('{', '{"more":1,') }],
    ['a missing field', { ...good, text: good.text.replace(',"code":"NOT_FOUND"', '') }],
    ['a content type', { ...good, headers: { 'content-type': 'text/html' } }],
    ['a missing header', { ...good, status: 503 }],
    ['an internal error', { ...good, status: 500 }],
  ])('if it has %s that is not described', (_what, answered) => {
    expect(faultOf('user', answered)).toMatch(/^user: GET /);
  });
});

describe.each(services)('the %s service', (service) => {
  let alone: ServiceAlone;
  beforeAll(async () => {
    alone = await serviceAlone(service);
  });
  afterAll(() => alone.close());

  const get = (at: string) => alone.sendAnonymous({ method: 'GET', path: at });

  test('serves its document without a token, as it is in the repository', async () => {
    const { status, headers, text } = await get('/openapi.json');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toEqual(readJson(`docs/openapi/${service}.json`));
  });

  test('shows it on a page that loads nothing from other origins', async () => {
    const { status, headers, text } = await get('/docs');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at = '']) => at);
    expect(parts).toHaveLength(4);
    for (const part of parts) {
      expect(part).toMatch(/^\/docs\/[\w-]+\.\w+$/);
      expect((await get(part)).status).toBe(200);
    }
  });

  test.each(['/docs/package.json', '/docs/..%2Fpackage.json', '/docs/%2e%2e/package.json'])(
    'serves no other file of that folder: %s',
    async (at) => {
      expect((await get(at)).status).toBe(404);
    },
  );
});
