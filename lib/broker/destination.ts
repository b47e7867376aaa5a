export interface Destination {
  /** Empty: the default exchange, which routes to the queue of that name. */
  exchange: string;
  routingKey: string;
}

export const toQueue = (queue: string): Destination => ({ exchange: '', routingKey: queue });
export const toExchange = (exchange: string): Destination => ({ exchange, routingKey: '' });

/** The name by which people know it, and by which its messages are signed and counted: that of the exchange or the queue. */
export const nameOf = ({ exchange, routingKey }: Destination): string => exchange || routingKey;
