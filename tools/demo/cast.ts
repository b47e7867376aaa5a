/** What a scenario keeps of whom and what it deals with. */

export interface PlacedOrder {
  orderId: string;
  userId: string;
  restaurantId: string;
}

export interface Kitchen {
  restaurantId: string;
  menuIds: string[];
}

export interface Agent {
  agentId: string;
  name: string;
}

export interface Rating {
  order: number;
  agent: number;
}
