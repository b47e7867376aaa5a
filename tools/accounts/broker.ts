import type { Permissions } from './permissions';

export interface BrokerAccount {
  /** `http://user:password@host:port` of the management interface, as somebody who may administer it. */
  managementUrl: string;
  vhost: string;
  user: string;
  password: string;
  permissions: Permissions;
}

/** Makes the user, or gives the one that is there this password and these permissions, and no more. Throws when the broker refuses. */
export async function makeBrokerUser({ managementUrl, vhost, user, password, permissions }: BrokerAccount) {
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
