import { Option } from 'commander';
import { ExpectedError, createFreshCommand, createMain, messageOf, portBaseOption, runAsProgram } from '../cli/cli';
import { onFreshSystem } from '../stack/launcher';
import type { PortPolicy } from '../stack/ports';
import { createDemo, type Scenario } from './demo';
import { scenarios, type ScenarioName } from './scenarios';
import { heading, print } from './screen';

interface DemoFlags {
  scenario: ScenarioName;
  name: string;
  portBase: PortPolicy;
  yes: boolean;
  keep: boolean;
  running: boolean;
}

/** `npm run demo`. */
export const main = createMain((run) =>
  createFreshCommand('demo', 'start the system, take an order through it, stop')
    .addOption(
      new Option('--scenario <name>', 'what happens to the order')
        .choices(Object.keys(scenarios))
        .default('delivered' satisfies ScenarioName),
    )
    .addOption(portBaseOption())
    .option('--keep', 'leave the system running afterwards, until Ctrl-C', false)
    .addOption(new Option('--running', 'use the system that the environment names').default(false).hideHelp())
    .action((flags: DemoFlags) => run(runDemo(flags))),
);

function runDemo({ scenario: name, portBase: ports, keep, running, ...flags }: DemoFlags): Promise<number> {
  const scenario: Scenario = scenarios[name];
  if (running) return show(scenario);
  const options = { ...flags, ports, env: scenario.environment, stayUp: keep };
  return onFreshSystem(options, () => show(scenario));
}

async function show({ title, environment, usually, run }: Scenario): Promise<number> {
  try {
    heading(title, 'every line is a real request to the running system; • is what its customer hears');
    for (const [variable, value] of Object.entries(environment ?? {}))
      print(`  Shortened here: ${variable}=${value}. Usually ${usually}.`);
    await run(createDemo(process.env));
    print();
    return 0;
  } catch (error) {
    throw new ExpectedError(`\nThe demo failed: ${messageOf(error)}`);
  }
}

if (require.main === module) runAsProgram(main);
