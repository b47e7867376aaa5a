/** The rows of one order in our databases. Pure. */
import { Decimal } from '@prisma/client/runtime/client';
import type { DeliveryStatus, OrderStatus } from '../../../contracts/states';
import type { OrderProgress } from '../../../contracts/workflow';
import type { OldRows } from '../old/by-order';
import type { OldDelivery, OldGroup } from '../old/rows';
import type { Note } from '../oddities';
import type { Course } from './course';
import type { Part } from './parts';
import type { Ratings } from './ratings';
import { idOf, timeOf, totalOf } from './values';

/** The customer's record and rating. */
export interface NewRecord extends OrderProgress {
  id: string;
  updated_at: string;
  rating: { id: string; order_rating: number; agent_rating: number } | null;
}

export interface NewGroup {
  id: string;
  user_id: string;
  placed_at: string;
  status: OrderStatus;
  total: string | null;
  reason: string | null;
  rating: number | null;
  updated_at: string;
  parts: (Omit<Part, 'total'> & { total: string })[];
}

export interface NewDelivery {
  id: string;
  orderId: string;
  agentId: string | null;
  agentName: string | null;
  status: DeliveryStatus;
  requestedAt: string;
  assignedAt: string | null;
  completedAt: string | null;
  rating: number | null;
}

interface Converted {
  id: string;
  course: Course;
  ratings: Ratings;
  note: Note;
}

/** A CANCELLED group without parts has no total: it is shown nowhere. */
export function groupOf(
  old: OldGroup,
  { id, placed_at, parts, course, ratings, note }: Converted & { placed_at: string; parts: Part[] },
): NewGroup {
  const sum = parts.reduce((amount, part) => amount.plus(part.total), new Decimal(0));
  const isTombstone = parts.length === 0 && course.order === 'CANCELLED';
  return {
    id,
    user_id: idOf(old.user_id, note),
    placed_at,
    status: course.order,
    total: isTombstone ? null : totalOf(sum, id, note),
    reason: course.reason,
    rating: ratings.order,
    updated_at: timeOf(old.updated_at, old.id, note),
    parts: parts.map((part) => ({ ...part, total: totalOf(part.total, id, note) })),
  };
}

export function recordOf(
  { record, group }: OldRows,
  { id, course, ratings, note, ...values }: Converted & Pick<NewRecord, 'user_id' | 'placed_at' | 'total'>,
): NewRecord {
  return {
    id: record ? idOf(record.id, note) : id,
    order_id: id,
    ...values,
    status: course.order,
    delivered: course.delivery === 'DELIVERED',
    reason: course.reason,
    updated_at: group ? timeOf(group.updated_at, group.id, note) : values.placed_at,
    rating: ratings.customer,
  };
}

/** Null for a delivered one of an unknown agent. When a delivery was completed is not known: at its assignment at the earliest. */
export function deliveryOf(
  old: OldDelivery,
  { id, course, ratings, agents, note }: Converted & { agents: Map<string, string> },
): NewDelivery | null {
  const assignedAt = timeOf(old.assignedAt, old.id, note);
  const hasEnded = course.stage === null;
  const delivery: NewDelivery = {
    id: idOf(old.id, note),
    orderId: id,
    agentId: old.agentId === null ? null : idOf(old.agentId, note),
    agentName: null,
    status: course.delivery ?? old.status,
    requestedAt: assignedAt,
    assignedAt,
    completedAt: hasEnded ? (old.completedAt === null ? assignedAt : timeOf(old.completedAt, old.id, note)) : null,
    rating: ratings.agent,
  };
  const agentName = agents.get(delivery.agentId ?? '');
  if (agentName !== undefined) return { ...delivery, agentName };
  note('unknown-agent', old.id);
  if (delivery.status === 'DELIVERED') return null;
  return { ...delivery, status: hasEnded ? 'CANCELLED' : 'PENDING', agentId: null, assignedAt: null, rating: null };
}
