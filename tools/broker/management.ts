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

const timeoutMs = 5_000;

/**
 * The queues of a virtual host, or of all, as RabbitMQ's management interface counts them, every 5 s. A new queue has no numbers until the
 * first count. Throws when the interface does not answer, or answers with an error.
 */
export async function listQueues(managementUrl: string, vhost?: string): Promise<z.infer<typeof queueList>> {
  const { username, password, origin, pathname } = new URL(managementUrl);
  const credentials = `${decodeURIComponent(username) || 'guest'}:${decodeURIComponent(password) || 'guest'}`;
  const all = `${origin}${pathname.replace(/\/$/, '')}/api/queues`;
  const response = await fetch(vhost === undefined ? all : `${all}/${encodeURIComponent(vhost)}`, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the management interface answered ${response.status}`);
  return queueList.parse(await response.json());
}
