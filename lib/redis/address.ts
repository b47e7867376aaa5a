const pattern = /^(rediss?):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#@]+)(?:\/(\d*))?(?:\?sentinel=([\w.-]+))?$/;
const hostPattern = /^(\[[\da-f:]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

/**
 * Reads `redis[s]://[user:password@]host[:port][,host…][/database][?sentinel=<primary>]`: one server, the nodes of a cluster, or the sentinels
 * of a primary. Throws an Error that says what is wrong.
 */
export function readRedisUrl(url: string) {
  const [, scheme, username, password, list = '', database, sentinel] = pattern.exec(url) ?? [];
  if (scheme === undefined)
    throw new Error('begin with redis:// or rediss://, then user:password@ if any, host:port[,host:port…], /database');
  const hosts = list.split(',').map((each) => {
    const [, host = '', port] = hostPattern.exec(each) ?? [];
    if (host === '') throw new Error(`"${each}" is no host:port`);
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? (sentinel === undefined ? 6379 : 26_379)) };
  });
  if (hosts.length > 1 && sentinel === undefined && database !== undefined && Number(database) > 0)
    throw new Error('a cluster has no databases: leave out the number');
  return {
    hosts,
    isSecure: scheme === 'rediss',
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(database && { db: Number(database) }),
    sentinel,
  };
}
