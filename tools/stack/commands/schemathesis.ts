import { join } from 'node:path';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { say } from '../screen';
import { runNode } from './run-node';

export interface SchemathesisFlags {
  name: string;
  yes?: boolean;
}

/** A fresh stack on free ports, Schemathesis over its services' documents, and the end of it. Exits with 1 for what they do not say. */
export function runSchemathesis(flags: SchemathesisFlags): Promise<number> {
  const env = { ...process.env, ...ampleLimits };
  return withStack(
    {
      instance: instanceNamed(flags.name),
      ports: { kind: 'any' }, // Beside a stack that a person has running.
      yes: flags.yes ?? false,
      serversOnly: false,
      durable: false,
      fresh: true,
      env,
      say,
    },
    ({ warden, stopped, addresses }) =>
      runNode([join(projectRoot, 'dist', 'tools', 'schemathesis', 'main.js')], {
        env: { ...env, ...stackEnvironment(addresses, env) },
        warden,
        stopped,
      }),
  );
}
