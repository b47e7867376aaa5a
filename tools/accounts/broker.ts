import type { Permissions } from './permissions';

interface BrokerAccount {
  /** The management interface with an administrator's login: `http://user:password@host:port`. */
  managementUrl: string;
  vhost: string;
  user: string;
  password: string;
  permissions: Permissions;
}

/** Creates or updates the user: afterwards it has this password and exactly these permissions. Throws when the broker refuses. */
export async function setBrokerUser({ managementUrl, vhost, user, password, permissions }: BrokerAccount) {
  const name = encodeURIComponent(user);
  await put(managementUrl, `users/${name}`, { password, tags: '' });
  await put(managementUrl, `permissions/${encodeURIComponent(vhost)}/${name}`, permissions);
}

async function put(managementUrl: string, resource: string, body: object): Promise<void> {
  const { origin, username, password } = new URL(managementUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(`${origin}/api/${resource}`, {
    method: 'PUT',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`RabbitMQ at ${origin}: ${resource}: ${response.status} ${await response.text()}`);
}
