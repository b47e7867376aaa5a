import { printLines } from '../../cli/output';
import { addressesAsJson } from '../addresses';
import { askStack } from '../control';
import { instanceNamed } from '../instance';
import { addressLines, metricsLines, partsTable } from '../screen';

export interface StatusFlags {
  name: string;
  json: boolean;
}

/** Prints what runs; 1 if nothing does. */
export async function showStatus({ name, json }: StatusFlags): Promise<number> {
  const reply = await askStack(instanceNamed(name).socketPath, { command: 'status' });
  const status = reply?.ok ? reply.status : undefined;
  if (json) {
    const services = status?.addresses ? addressesAsJson(status.addresses) : null;
    printLines([JSON.stringify({ services, parts: status?.parts ?? [] }, null, 2)]);
  } else if (status) {
    printLines([
      `The stack "${name}" is ${status.phase}.`,
      '',
      ...partsTable(status.parts),
      '',
      ...(status.addresses ? [...addressLines(status.addresses), '', ...metricsLines(status.addresses)] : []),
    ]);
  } else {
    printLines([`The stack "${name}" does not run. Start it with: npm start`]);
  }
  return status ? 0 : 1;
}
