import type { AgentAssignedMessage } from '../../contracts/messages';
import type { BestEffortPublish } from '../../lib/broker/broker';
import type { Temporal } from '../../lib/temporal/connection';
import type { Database } from '../../prisma/delivery/client';

export interface DeliveryDeps {
  db: Database;
  temporal: Temporal;
  /** Notifies the waiting orders of their agents. */
  notifyOrders: BestEffortPublish<AgentAssignedMessage>;
}
