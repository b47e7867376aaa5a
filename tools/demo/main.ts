import { Option } from 'commander';
import { createCommand, createMain, nameOption, portBaseOption, runAsProgram, yesOption } from '../cli/command';
import { ExpectedError, messageOf } from '../cli/output';
import { onFreshSystem } from '../stack/fresh-system';
import { portPolicy } from '../stack/ports';
import { createDemo, type Demo } from './demo';
import { cancel } from './scenarios/cancel';
import { delivered } from './scenarios/delivered';
import { scenarios, type ScenarioName } from './scenarios/names';
import { noAnswer } from './scenarios/no-answer';
import { noCourier } from './scenarios/no-courier';
import { refusal } from './scenarios/refusal';
import { serviceDown } from './scenarios/service-down';
import { heading, print } from './screen';
import { readAddresses } from './system';

/** Each takes its orders through the running system and shows the outcome. Rejects when that is not the scenario's. */
const walks: Record<ScenarioName, (demo: Demo) => Promise<void>> = {
  delivered,
  refusal,
  'no-answer': noAnswer,
  'no-courier': noCourier,
  cancel,
  'service-down': serviceDown,
};

interface DemoFlags {
  scenario: ScenarioName;
  name: string;
  portBase?: number;
  yes?: boolean;
  keep: boolean;
  running: boolean;
}

/** `npm run demo`. */
export const main = createMain((run) =>
  createCommand('demo', 'start the system, walk an order through it, stop')
    .addOption(
      new Option('--scenario <name>', 'what happens to the order')
        .choices(Object.keys(scenarios))
        .default('delivered' satisfies ScenarioName),
    )
    .addOption(nameOption('demo'))
    .addOption(portBaseOption())
    .addOption(yesOption())
    .option('--keep', 'leave the system running afterwards, until Ctrl-C', false)
    .addOption(new Option('--running', 'walk through the system that the environment names').default(false).hideHelp())
    .action((flags: DemoFlags) => run(runDemo(flags))),
);

function runDemo({ scenario, name, portBase, yes, keep, running }: DemoFlags): Promise<number> {
  if (running) return walk(scenario);
  const { environment } = scenarios[scenario];
  const options = { name, yes, ports: portPolicy(portBase), env: environment, stayUp: keep };
  return onFreshSystem(options, ({ env }) => {
    Object.assign(process.env, env);
    return walk(scenario);
  });
}

/** Through the system that the environment names. */
async function walk(scenario: ScenarioName): Promise<number> {
  try {
    heading(scenarios[scenario].title, 'every line is a real request to the running system');
    await walks[scenario](createDemo(readAddresses(process.env)));
    print();
    return 0;
  } catch (error) {
    throw new ExpectedError(`\nThe demo failed: ${messageOf(error)}`);
  }
}

if (require.main === module) runAsProgram(main);
