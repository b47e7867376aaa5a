import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { connectionTo } from '../../lib/postgres/database';

interface DatabaseAccount {
  /** The database with an administrator's login. Its tables must exist. */
  adminUrl: string;
  /** The CA of the server's certificate, as in `connectionTo`. */
  ca?: string;
  user: string;
  password: string;
}

/**
 * Creates or updates the user: afterwards it has this password and can read and write the rows of this database, but change no table. Other
 * users, the administrator excepted, can no longer connect.
 */
export async function setDatabaseUser({ adminUrl, ca, user, password }: DatabaseAccount): Promise<void> {
  const client = new Client({ ...connectionTo(adminUrl, ca), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    await client.query(statements(client.database ?? '', user, password, rowCount === 0).join(';\n'));
  } finally {
    await client.end();
  }
}

function statements(database: string, user: string, password: string, isNew: boolean): string[] {
  const [role, db] = [escapeIdentifier(user), escapeIdentifier(database)];
  const rows = 'SELECT, INSERT, UPDATE, DELETE';
  return [
    ...(isNew ? [`CREATE ROLE ${role}`] : []),
    `ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${escapeLiteral(password)}`,
    `REVOKE ALL ON DATABASE ${db} FROM PUBLIC`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${db} TO ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT ${rows} ON ALL TABLES IN SCHEMA public TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    // For the tables of later migrations.
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${rows} ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${role}`,
  ];
}
