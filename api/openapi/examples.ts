/** Shared by all examples: each id stands for the same thing everywhere. */
export const exampleIds = {
  user: '7d7c4a4e-0d1f-4a54-9e57-0a6e5f1d9d11',
  restaurant: '2b1c6a0e-5a3d-4c0f-8f0e-6d2b9c7f1a22',
  menuItem: '91d0f5c4-7b62-4e8b-9a6d-3f4e5d6c7b33',
  secondMenuItem: 'c3a7e8d9-1f24-4b6c-8d5e-7a8b9c0d1e34',
  order: '4e8f1b2a-6c3d-4f5e-9a7b-8c9d0e1f2a44',
  orderPart: '6a0b3d4c-8e5f-4b7a-9c9d-0e1f2a3b4c66',
  orderedItem: '7b1c4e5d-9f6a-4c8b-8d0e-1f2a3b4c5d77',
  userOrder: '8c2d5f6e-0a7b-4d9c-9e1f-2a3b4c5d6e88',
  rating: '9d3e6a7f-1b8c-4e0d-8f2a-3b4c5d6e7f99',
  agent: 'ae4f7b80-2c9d-4f1e-9a3b-4c5d6e7f8aaa',
  assignment: 'bf5a8c91-3d0e-4a2f-8b4c-5d6e7f8a9bbb',
} as const;

export const exampleTimes = {
  opened: '2026-11-01T09:00:00.000Z',
  placed: '2026-11-29T12:00:00.000Z',
  confirmed: '2026-11-29T12:01:30.000Z',
  assigned: '2026-11-29T12:01:30.250Z',
  pickedUp: '2026-11-29T12:20:00.000Z',
  delivered: '2026-11-29T12:41:00.000Z',
} as const;

const ordered = { name: 'Paneer Tikka', type: 'VEG' as const, price: 8.5 };

const menuItem = {
  id: exampleIds.menuItem,
  ...ordered,
  description: null,
  created_at: exampleTimes.opened,
  restaurant_id: exampleIds.restaurant,
};

const restaurant = {
  id: exampleIds.restaurant,
  name: 'Spice Garden',
  description: 'From the clay oven',
  opening_time: '00:00',
  closing_time: '23:59',
  status: 'ONLINE' as const,
  rating: 4.5,
  created_at: exampleTimes.opened,
};

export const exampleRestaurant = { ...restaurant, menu: [menuItem] };

const order = {
  order_id: exampleIds.order,
  placed_at: exampleTimes.placed,
  status: 'CONFIRMED' as const,
  total: 17,
  reason: null,
};

const item = {
  id: exampleIds.orderedItem,
  order_id: exampleIds.orderPart,
  menu_item_id: menuItem.id,
  quantity: 2,
  ...ordered,
  menu_item: menuItem,
};
const { status, total, reason } = order;
const part = {
  id: exampleIds.orderPart,
  order_group_id: exampleIds.order,
  user_id: exampleIds.user,
  placed_at: exampleTimes.placed,
  updated_at: exampleTimes.confirmed,
  restaurant_id: restaurant.id,
  status,
  total,
  reason,
  restaurant,
  items: [item],
};

export const exampleOrderGroup = {
  id: exampleIds.order,
  ...order,
  user_id: exampleIds.user,
  updated_at: exampleTimes.confirmed,
  rating: null,
  order_rating: null,
  orders: [part],
};

export const exampleOrderSummary = { ...order, delivered: true, rating: null };

const stars = { order_rating: 5, agent_rating: 4 };
export const exampleRating = { id: exampleIds.rating, user_order_id: exampleIds.userOrder, ...stars };

export const exampleOrderPage = {
  ...order,
  user_id: exampleIds.user,
  delivery: { status: 'DELIVERED' as const },
  agent: { agent_id: exampleIds.agent, name: 'Asha' },
  restaurants: [part],
  rating: stars,
  timeline: [
    { at: exampleTimes.placed, event: 'placed' },
    { at: exampleTimes.confirmed, event: 'confirmed by the restaurant' },
    { at: exampleTimes.assigned, event: 'agent assigned', detail: 'Asha' },
    { at: exampleTimes.pickedUp, event: 'picked up' },
    { at: exampleTimes.delivered, event: 'delivered' },
  ],
};

const assignment = {
  id: exampleIds.assignment,
  orderId: exampleIds.order,
  agentId: exampleIds.agent,
  status: 'PENDING' as const,
  assignedAt: exampleTimes.assigned,
  completedAt: null,
  rating: null,
};

export const exampleAgent = {
  id: exampleIds.agent,
  name: 'Asha',
  userName: 'asha',
  gender: 'FEMALE' as const,
  agent_status: 'BUSY' as const,
  rating: 4.5,
  createdAt: exampleTimes.opened,
  updatedAt: exampleTimes.assigned,
  assignments: [assignment],
};

export const exampleDelivery = {
  order_id: exampleIds.order,
  status: 'DELIVERED' as const,
  agent_id: exampleIds.agent,
  agent_name: 'Asha',
  requested_at: exampleTimes.confirmed,
  assigned_at: exampleTimes.assigned,
  picked_up_at: exampleTimes.pickedUp,
  completed_at: exampleTimes.delivered,
  agent_rating: 4,
};

/** What a stream sends: the id of its place, a heartbeat, an event. */
export const exampleStream = `retry: 1000
id: 0

:

id: 1
event: food-delivery.order.placed.v1
data: ${JSON.stringify({
  specversion: '1.0',
  id: `${exampleIds.order}:1`,
  source: `/orders/${exampleIds.order}`,
  type: 'food-delivery.order.placed.v1',
  time: exampleTimes.placed,
  datacontenttype: 'application/json',
  data: { order_id: exampleIds.order, status: 'PENDING', delivery: null, restaurant_ids: [exampleIds.restaurant] },
})}

`;
