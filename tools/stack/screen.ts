import { PROCESSES, SERVICES, type Addresses } from './addresses';
import type { PartStatus } from './part';

/** Lines for a person. On stdout when they are the result of a command. */
export function printLines(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What happens meanwhile: on stderr, with the time of day. */
export function say(line: string): void {
  process.stderr.write(`${new Date().toLocaleTimeString('en-GB')}  ${line}\n`);
}

/** Every URL that a person may want to open or connect to. */
export function addressLines(addresses: Addresses): string[] {
  const row = (title: string, address: string) => `  ${title.padEnd(24)} ${address}`;
  return [
    ...SERVICES.map((service) => row(`${service} API`, addresses.api[service])),
    row('Temporal', addresses.temporal),
    ...(addresses.temporalUi ? [row('Temporal Web UI', addresses.temporalUi)] : []),
    row('RabbitMQ', addresses.rabbitmq),
    ...(addresses.rabbitmqManagement ? [managementRow(addresses.rabbitmqManagement)] : []),
    row('Redis', addresses.redis),
    ...SERVICES.map((service) => row(`${service} database`, addresses.postgres[service])),
  ];

  function managementRow(url: string): string {
    const { username, password, origin } = new URL(url);
    return row('RabbitMQ management', username ? `${origin}  (login ${username}, password ${password})` : origin);
  }
}

export function metricsLines({ metrics, rabbitmqMetrics }: Addresses): string[] {
  const row = (name: string, address: string) => `  ${`metrics of ${name}`.padEnd(28)} ${address}`;
  return [
    ...PROCESSES.map((name) => row(name, metrics[name])),
    ...(rabbitmqMetrics ? [row('rabbitmq', rabbitmqMetrics)] : []),
  ];
}

/** The parts as a table, a line each below the headings. */
export function partsTable(parts: PartStatus[]): string[] {
  const rows = parts.map((part) =>
    [part.name, part.pid, part.state, part.address, part.restarts, part.log].map((cell) => String(cell ?? '-')),
  );
  return table([['PART', 'PID', 'STATE', 'ADDRESS', 'RESTARTS', 'LOG'], ...rows]);
}

/** Rows of cells as lines, in columns. */
export function table(rows: string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}
