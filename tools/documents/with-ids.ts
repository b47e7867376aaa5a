import { exampleIds } from '../../api/openapi/examples';

/** Ids of existing things, by their names in the examples. */
export type RealIds = Partial<Record<keyof typeof exampleIds, string>>;

/** A part of a document whose examples use existing ids. */
export function withIds<T>(part: T, ids: RealIds): T {
  let text = JSON.stringify(part);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(exampleIds[name as keyof RealIds], id);
  return JSON.parse(text) as T;
}
