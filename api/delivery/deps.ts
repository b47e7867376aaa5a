import type { AgentAssignedMessage } from '../../contracts/messages';
import type { BestEffortPublish } from '../../lib/broker/broker';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/delivery/client';
import type { StreamDeps } from '../http/streams';

export interface DeliveryDeps extends StreamDeps {
  db: Database;
  temporal: Temporal;
  /** Notifies the waiting orders of their agents. */
  notifyOrders: BestEffortPublish<AgentAssignedMessage>;
}
