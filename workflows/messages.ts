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

type Command<Kind extends OrderCommand['kind']> = Omit<CommandOf<Kind>, 'kind'>;

/** Resolves when the restaurant side has stored or rejected the order. Update id: `placementUpdateId`. */
export const placeUpdate = defineUpdate<PlacementOutcome>(orderMessages.place);
/** The restaurant's decision. Resolves when it is written, not when an agent is found. */
export const decideUpdate = defineUpdate<CommandOutcome, [Command<'decide'>]>(orderMessages.decide);
/** A courier's report. Resolves when it is written. */
export const moveDeliveryUpdate = defineUpdate<CommandOutcome, [Command<'moveDelivery'>]>(orderMessages.moveDelivery);
/** The customer's cancel. Resolves when everything is undone. */
export const cancelUpdate = defineUpdate<CommandOutcome, [Command<'cancel'>]>(orderMessages.cancel);

/** Asks again for an agent. Resolves when the delivery side has answered, even if none is free. */
export const askAgentUpdate = defineUpdate<CommandOutcome, [Command<'askAgent'>]>(orderMessages.askAgent);

/** An agent hands the job back before pick-up. Resolves when that is written, not when another agent is found. */
export const declineUpdate = defineUpdate<CommandOutcome, [Command<'decline'>]>(orderMessages.decline);

/** The update that carries each command. */
export const commandUpdates = {
  decide: decideUpdate,
  moveDelivery: moveDeliveryUpdate,
  cancel: cancelUpdate,
  askAgent: askAgentUpdate,
  decline: declineUpdate,
};

/** `"PICKED_UP"`, `"DELIVERED"` or `"CANCELLED"`; anything else is noted in the timeline and changes nothing. */
export const deliveryStatusSignal = defineSignal<[unknown]>(orderMessages.deliveryStatus);
/** `"CONFIRMED"` or `"CANCELLED"`; anything else is noted in the timeline and changes nothing. */
export const restaurantDecisionSignal = defineSignal<[unknown]>(orderMessages.restaurantDecision);
/** An `AssignedAgent` was found for the waiting order. */
export const agentAssignedSignal = defineSignal<[unknown]>(orderMessages.agentAssigned);

export const orderQuery = defineQuery<OrderView>(orderMessages.order);

/** Resolves when the rating is stored or refused. */
export const rateUpdate = defineUpdate<RatingOutcome, [RatingInput]>(ratingMessages.rate);
