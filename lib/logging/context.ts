import { AsyncLocalStorage } from 'node:async_hooks';

/** What log lines bear beside their own fields, by name. What is not known is left out. */
export type LogFields = Record<string, string | undefined>;

const underWay = new AsyncLocalStorage<LogFields>();

/** Does the work; every line that is logged meanwhile, however deep inside, bears these fields, beside those of the work that it is part of. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return underWay.run({ ...underWay.getStore(), ...fields }, work);
}

/** Adds what only turns out while the work is under way. Without any work it does nothing. */
export function addLogFields(fields: LogFields): void {
  const known = underWay.getStore();
  if (known) Object.assign(known, fields);
}

/** The fields of the work under way. Its owner's: to be read only. */
export const logFields = (): Readonly<LogFields> => underWay.getStore() ?? none;

const none: LogFields = {};
