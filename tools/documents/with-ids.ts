import { exampleIds } from '../../api/openapi/examples';

/** Ids of things that are there, by what the examples call them. */
export type RealIds = Partial<Record<keyof typeof exampleIds, string>>;

/** What a document says, with its examples about things that are there. */
export function withIds<T>(said: T, ids: RealIds): T {
  let text = JSON.stringify(said);
  for (const [name, id] of Object.entries(ids)) text = text.replaceAll(exampleIds[name as keyof RealIds], id);
  return JSON.parse(text) as T;
}
