/** The updates, signals and queries of the workflows, shared by the workflows and their clients. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { orderMessages, ratingMessages } from '../contracts/names';
import type {
  CommandOf,
  CommandOutcome,
  OrderCommand,
  OrderView,
  PlacementOutcome,
  RatingInput,
  RatingOutcome,
} from '../contracts/workflow';

/** Resolves when the restaurant side has stored or rejected the order. Update id: `placementUpdateId`. */
export const placeUpdate = defineUpdate<PlacementOutcome>(orderMessages.place);

const command = <Kind extends OrderCommand['kind']>(kind: Kind) =>
  defineUpdate<CommandOutcome, [Omit<CommandOf<Kind>, 'kind'>]>(kind);

/** The update that carries each command. */
export const commandUpdates = {
  /** The restaurant's decision. Resolves when it is written, not when an agent is found. */
  decide: command('decide'),
  /** A courier's report. Resolves when it is written. */
  moveDelivery: command('moveDelivery'),
  /** The customer's cancel. Resolves when everything is undone. */
  cancel: command('cancel'),
  /** Asks again for an agent. Resolves when the delivery side has answered, even if none is free. */
  askAgent: command('askAgent'),
  /** An agent hands the job back before pick-up. Resolves when that is written, not when another agent is found. */
  decline: command('decline'),
} satisfies Record<OrderCommand['kind'], unknown>;

export const {
  decide: decideUpdate,
  moveDelivery: moveDeliveryUpdate,
  cancel: cancelUpdate,
  askAgent: askAgentUpdate,
  decline: declineUpdate,
} = commandUpdates;

/** `"PICKED_UP"`, `"DELIVERED"` or `"CANCELLED"`; anything else is noted in the timeline and changes nothing. */
export const deliveryStatusSignal = defineSignal<[unknown]>(orderMessages.deliveryStatus);
/** `"CONFIRMED"` or `"CANCELLED"`; anything else is noted in the timeline and changes nothing. */
export const restaurantDecisionSignal = defineSignal<[unknown]>(orderMessages.restaurantDecision);
/** An `AssignedAgent` was found for the waiting order. */
export const agentAssignedSignal = defineSignal<[unknown]>(orderMessages.agentAssigned);

export const orderQuery = defineQuery<OrderView>(orderMessages.order);

/** Resolves when the rating is stored or refused. */
export const rateUpdate = defineUpdate<RatingOutcome, [RatingInput]>(ratingMessages.rate);
