/** A service's user of its own database, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { connectionTo } from '../../lib/postgres/session';
import { setDatabaseUser } from '../../tools/accounts/accounts';
import { isolatedDatabase, type Isolated } from '../fixtures/isolation';

let database: Isolated;
const user = `service_${randomUUID().replaceAll('-', '')}`;
const other = `other_${randomUUID().replaceAll('-', '')}`;
let admin: Client;

beforeAll(async () => {
  database = await isolatedDatabase('delivery');
  admin = new Client(connectionTo(database.url));
  await admin.connect();
  for (const password of ['the first', "another's ' one"]) {
    await setDatabaseUser({ adminUrl: database.url, user, password });
  }
});
afterAll(async () => {
  await admin.query(`DROP OWNED BY "${user}"; DROP ROLE "${user}"; DROP ROLE IF EXISTS "${other}"`);
  await admin.end();
  await database.drop();
});

async function as<T>(name: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { href } = Object.assign(new URL(database.url), { username: name, password: 'any: the server trusts' });
  const client = new Client(connectionTo(href));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

test('the user reads and writes rows, also of a table that is created later', async () => {
  await admin.query('CREATE TABLE later (id serial PRIMARY KEY, what text)');
  const rows = await as(user, async (client) => {
    await client.query("INSERT INTO later (what) VALUES ('a row')");
    await client.query('DELETE FROM "DeliveryAssignment"');
    return (await client.query<{ what: string }>('SELECT what FROM later')).rows;
  });
  expect(rows).toEqual([{ what: 'a row' }]);
});

test.each([
  'DROP TABLE "DilveryAgent"',
  'CREATE TABLE mine (id int)',
  'CREATE ROLE another',
  'TRUNCATE "DilveryAgent"',
])('the user cannot change a table or create a user: %s', async (statement) => {
  await expect(as(user, (client) => client.query(statement))).rejects.toThrow(/permission denied|must be owner/);
});

test('no other user can connect to the database', async () => {
  await admin.query(`CREATE ROLE "${other}" LOGIN`);
  await expect(as(other, (client) => client.query('SELECT 1'))).rejects.toThrow(/permission denied for database/);
});
