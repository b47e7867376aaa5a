import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../../contracts/access';
import { scenarios, type ScenarioName } from '../demo/scenarios/names';
import { QueueProblem } from '../queues/broker';
import { addBenchCommand } from './commands/bench';
import { addChaosCommand } from './commands/chaos';
import { runCodecServer } from './commands/codec-server';
import { addLogCommands } from './commands/logs';
import { runDemo, type DemoFlags } from './commands/demo';
import { controlParts, PART_COMMANDS, type PartCommand } from './commands/part';
import { addQueuesCommand } from './commands/queues';
import { runRepair, type RepairFlags } from './commands/repair';
import { reset } from './commands/reset';
import { runStart, type StartFlags } from './commands/start';
import { runSchemathesis, type SchemathesisFlags } from './commands/schemathesis';
import { showStatus, type StatusFlags } from './commands/status';
import { stopStack } from './commands/stop';
import { runTests, type TestFlags } from './commands/test';
import { printToken, type TokenFlags } from './commands/token';
import { runTrace, type TraceFlags } from './commands/trace';
import { AlreadyRunning } from './control';
import { ServerMissing } from './find/install';
import { InvalidInstanceName } from './instance';

/**
 * The commands behind the npm scripts. Resolves to the exit code; errors that a person can
 * do something about are printed, all others reject.
 */
export async function main(args: string[]): Promise<number> {
  let exitCode = 0;
  const run = (command: Promise<number>) => command.then((code) => void (exitCode = code));
  try {
    await commandLine(run).parseAsync(args, { from: 'user' });
  } catch (error) {
    const expected = [AlreadyRunning, InvalidInstanceName, QueueProblem, ServerMissing].some(
      (type) => error instanceof type,
    );
    if (!(error instanceof Error && expected)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  return exitCode;
}

type Run = (command: Promise<number>) => Promise<void>;

const name = (standard: string) => new Option('--name <name>', 'which stack; each has its own state').default(standard);
const yes = new Option('--yes', 'install missing servers without asking');
const portBase = new Option('--port-base <port>', 'count ports from this one instead of the usual ones').argParser(
  parsePortBase,
);
const onlyParts = new Option('--parts <names>', 'only these parts').argParser((list) => list.split(',')).hideHelp();
const scenario = new Option('--scenario <name>', 'what happens to the order')
  .choices(Object.keys(scenarios))
  .default('delivered' satisfies ScenarioName);

function commandLine(run: Run): Command {
  const program = new Command('npm run').description('The local stack: servers, services, tests.');
  program
    .command('start')
    .description('start the whole system and keep it up until Ctrl-C')
    .addOption(name('local'))
    .addOption(portBase)
    .addOption(yes)
    .addOption(onlyParts)
    .option('--detach', 'go to the background once everything is ready')
    .option('--servers-only', 'only the servers, for working on the services yourself', false)
    .action((flags: StartFlags) => run(runStart(flags)));
  program
    .command('demo')
    .description('start the system, walk an order through it, stop')
    .addOption(scenario)
    .addOption(name('demo'))
    .addOption(portBase)
    .addOption(yes)
    .option('--keep', 'leave the system running afterwards, until Ctrl-C', false)
    .action((flags: DemoFlags) => run(runDemo(flags)));
  program
    .command('test')
    .description('run every test against real servers')
    .addOption(name('test'))
    .addOption(yes)
    .allowUnknownOption()
    .argument('[args...]', 'for Jest')
    .action((rest: string[], flags: TestFlags) => run(runTests(flags, rest)));
  program
    .command('trace')
    .description("carry an order through a system of its own that traces, and draw the order's trace")
    .addOption(name('trace'))
    .addOption(yes)
    .option('--out <folder>', 'where trace.svg goes', join('.stack', 'trace'))
    .action((flags: TraceFlags) => run(runTrace(flags)));
  program
    .command('schemathesis')
    .description('look for answers that the OpenAPI documents do not know')
    .addOption(name('schemathesis'))
    .addOption(yes)
    .action((flags: SchemathesisFlags) => run(runSchemathesis(flags)));
  addChaosCommand(program, run, [name('chaos'), yes]);
  addBenchCommand(program, run, [name('bench'), yes]);
  addControlCommands(program, run);
  return program;
}

/** Commands for a stack that runs, or has run. */
function addControlCommands(program: Command, run: Run): void {
  program
    .command('stop')
    .description('stop a running stack')
    .addOption(name('local'))
    .action((flags: { name: string }) => run(stopStack(flags)));
  program
    .command('status')
    .description('show what runs, and where')
    .addOption(name('local'))
    .option('--json', 'for programs', false)
    .action((flags: StatusFlags) => run(showStatus(flags)));
  program
    .command('part')
    .description('stop, start, restart or kill parts of a running stack; a killed one comes back')
    .addArgument(new Argument('<command>').choices(PART_COMMANDS))
    .argument('<parts...>', 'as the status names them')
    .addOption(name('local'))
    .action((command: PartCommand, parts: string[], flags: { name: string }) =>
      run(controlParts(command, parts, flags)),
    );
  addLogCommands(program, run, name('local'));
  program
    .command('repair')
    .description('find orders whose workflow was lost, terminated or reset, and mend them')
    .addOption(name('local'))
    .option('--yes', 'mend them; without it they are only shown', false)
    .option('--order <id>', 'only this order')
    .option('--json', 'for programs', false)
    .action((flags: RepairFlags) => run(runRepair(flags)));
  program
    .command('codec-server')
    .description('let operators read encrypted values in the Web UI and with the temporal CLI, until Ctrl-C')
    .addOption(name('local'))
    .action((flags: { name: string }) => run(runCodecServer(flags)));
  program
    .command('reset')
    .description('remove everything that a stack has stored')
    .addOption(name('local'))
    .action((flags: { name: string }) => run(reset(flags)));
  program
    .command('token')
    .description('print a token for the HTTP interfaces of a stack')
    .addOption(name('local'))
    .addOption(new Option('--role <role>', 'whose it is').choices(roles).makeOptionMandatory())
    .option('--user <id>', 'the user_id of a customer')
    .option('--restaurant <ids...>', 'the ids of the restaurants that somebody works for')
    .option('--agent <id>', 'the agent id of a courier')
    .addOption(new Option('--hours <hours>', 'how long it is good').default(12).argParser(parseHours))
    .action((flags: TokenFlags) => run(printToken(flags)));
  addQueuesCommand(program, run, name('local'));
}

function parseHours(text: string): number {
  const hours = Number(text);
  if (!(hours > 0)) throw new InvalidArgumentError('a number above 0 is needed.');
  return hours;
}

/** Every stack needs a row of ports above its base. */
function parsePortBase(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > 65_000) {
    throw new InvalidArgumentError('a number from 1024 to 65000 is needed.');
  }
  return port;
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code), // Timers of libraries would hold the process for some seconds.
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
