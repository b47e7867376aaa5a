/**
 * What can happen to an order. Its state is a fold of these events (`evolve`), and all that is shown of it is made from them (`projections`).
 * A type that the public log has too has the same name there (contract, section 8).
 */
import type { DeliveryStatus, OrderStatus } from '../../contracts/states';
import type { AssignedAgent, Author, OrderCommand, OrderResult, PlacementRefusal } from '../../contracts/workflow';
import type { Service } from '../calls';

/** The steps that can be undone. */
export const undoSteps = ['customer record', 'restaurant order', 'delivery'] as const;
export type UndoStep = (typeof undoSteps)[number];

export type OrderEvent =
  // Placement
  | { type: 'placed'; restaurants: number }
  /** The customer's record exists. Values of an earlier placement under the same id take precedence over the input's. */
  | { type: 'recorded'; placedAt?: string | undefined }
  /** An earlier run, which Temporal no longer has, took the order this far. */
  | {
      type: 'placed-before';
      status: OrderStatus;
      total: string | null;
      reason: string | null;
      bodyHash: string | null;
      placedAt: string;
    }
  /** An old program's order comes too late, or from the future: it waits for an operator. */
  | { type: 'stale' }
  /** The operator has confirmed it, or a part of it. */
  | { type: 'released' }
  /** The restaurant side has checked, priced and stored the order. */
  | { type: 'accepted'; total: string }
  | { type: 'rejected'; reason: string; code?: PlacementRefusal }
  /** The order of an old program, or of a lost run, continues here. */
  | { type: 'adopted'; confirmed: boolean; total: string | null; reason: string | null }
  // The restaurants' decisions
  | { type: 'part-confirmed'; restaurant_id: string; reason?: string | null | undefined }
  | { type: 'refused-in-part'; restaurant_id: string; reason?: string | null | undefined }
  /** A restaurant's refusal has changed the total. */
  | { type: 'repriced'; total: string }
  /** Every restaurant has decided. */
  | { type: 'confirmed' }
  // Delivery
  | { type: 'agent-requested' }
  /** The delivery side has been asked, and no agent is free. */
  | { type: 'agent-searched' }
  /** A signal names an agent. */
  | { type: 'agent-named'; agent: AssignedAgent }
  /** `searchedMs`: how long the search took. */
  | { type: 'agent-assigned'; agent: AssignedAgent; delivery: DeliveryStatus; searchedMs: number }
  | {
      type: 'handed-back';
      agent_id: string | null;
      agent_name?: string | undefined;
      reason?: string | null | undefined;
    }
  | { type: 'picked-up' }
  /** The delivery side is asked to write the delivery, and may have done so. */
  | { type: 'delivering' }
  /** It has not. */
  | { type: 'not-delivered' }
  | { type: 'delivered' }
  /** The delivery side had the order as delivered before this run knew. */
  | { type: 'delivered-before' }
  /** The order was to be cancelled, and turned out to be delivered. */
  | { type: 'delivered-anyway'; reason: string }
  | { type: 'late' }
  // The early end
  /** A limit has expired, or a participant has ended the order: no further step begins. */
  | { type: 'stopped'; reason: string }
  /** `command`: what ended the order, and who gave it; none for an expired limit, a cancelled workflow, or a participant's answer. */
  | { type: 'cancelling'; reason: string; command: OrderCommand['kind'] | 'none'; by?: Author['role'] | 'operator' }
  | { type: 'undone'; step: UndoStep }
  | { type: 'undo-delayed'; services: readonly Service[]; forMs: number }
  | { type: 'undo-failed'; step: UndoStep; error: string }
  /** `failed`: the steps that could not be undone. */
  | { type: 'cancelled'; failed?: readonly UndoStep[] }
  | ({ type: 'ended' } & OrderResult)
  // What an operator wants to read
  | { type: 'service-unavailable'; service: Service; error: string }
  | { type: 'record-failed'; error: string }
  | { type: 'signal-ignored'; signal: string; why: string };

export type OrderEventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;
