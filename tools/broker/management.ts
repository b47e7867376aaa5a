import { z } from 'zod';

const queueList = z.array(
  z.object({
    name: z.string(),
    messages: z.number().optional(),
    messages_unacknowledged: z.number().optional(),
    consumers: z.number().optional(),
    message_stats: z.object({ publish: z.number().optional(), ack: z.number().optional() }).optional(),
  }),
);

/** The queues of a virtual host, or of all, as RabbitMQ counts them every 5 s; a new one has no numbers until then. Throws as below. */
export async function listQueues(managementUrl: string, vhost?: string): Promise<z.infer<typeof queueList>> {
  const resource = vhost === undefined ? 'queues' : `queues/${encodeURIComponent(vhost)}`;
  return queueList.parse(await (await requestManagement(managementUrl, resource)).json());
}

const timeoutMs = 5_000;

/** Reads a resource of the management interface, or sets it, by the URL's login or the standard one. Throws for an error or no answer. */
export async function requestManagement(managementUrl: string, resource: string, value?: object): Promise<Response> {
  const { username, password, origin, pathname } = new URL(managementUrl);
  const credentials = `${decodeURIComponent(username) || 'guest'}:${decodeURIComponent(password) || 'guest'}`;
  const response = await fetch(`${origin}${pathname.replace(/\/$/, '')}/api/${resource}`, {
    method: value ? 'PUT' : 'GET',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: value && JSON.stringify(value),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.ok) return response;
  throw new Error(`RabbitMQ at ${origin}: ${resource}: ${response.status} ${await response.text()}`);
}
