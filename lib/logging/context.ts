import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields that log lines have in addition to their own. Undefined ones are left out. */
export type LogFields = Record<string, string | undefined>;

const current = new AsyncLocalStorage<LogFields>();

/** Does the work. Every line logged by it, however deep, has these fields, in addition to those of the enclosing work. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** Adds fields to the current work. A no-op outside of any work. */
export function addLogFields(fields: LogFields): void {
  const known = current.getStore();
  if (known) Object.assign(known, fields);
}

/** The fields of the current work. */
export const logFields = (): Readonly<LogFields> => current.getStore() ?? {};
