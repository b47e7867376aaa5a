import { Argument, Option } from 'commander';
import { roles } from '../../contracts/access';
import {
  createCommand,
  createMain,
  jsonOption,
  nameOption,
  parsePositive,
  portBaseOption,
  runAsProgram,
  yesOption,
  type Run,
} from '../cli/command';
import { addLogCommands } from './commands/logs';
import { controlParts, partCommands, type PartCommand } from './commands/part';
import { reset } from './commands/reset';
import { runStart, type StartFlags } from './commands/start';
import { showStatus, type StatusFlags } from './commands/status';
import { stopStack } from './commands/stop';
import { printToken, type TokenFlags } from './commands/token';

/** `npm start` and the commands for a stack that runs, or has run. */
export const main = createMain((run) => {
  const program = createCommand('', 'The local stack: servers and services.').name('npm run');
  program
    .command('start')
    .description('start the whole system and keep it up until Ctrl-C')
    .addOption(nameOption('local'))
    .addOption(portBaseOption())
    .addOption(yesOption())
    .addOption(new Option('--parts <names>', 'only these parts').argParser((list) => list.split(',')).hideHelp())
    .option('--detach', 'go to the background once everything is ready')
    .option('--servers-only', 'only the servers, for working on the services yourself', false)
    .action((flags: StartFlags) => run(runStart(flags)));
  addControlCommands(program, run);
  addLogCommands(program, run);
  return program;
});

function addControlCommands(program: ReturnType<typeof createCommand>, run: Run): void {
  program
    .command('stop')
    .description('stop a running stack')
    .addOption(nameOption('local'))
    .action((flags: { name: string }) => run(stopStack(flags)));
  program
    .command('status')
    .description('show what runs, and where')
    .addOption(nameOption('local'))
    .addOption(jsonOption())
    .action((flags: StatusFlags) => run(showStatus(flags)));
  program
    .command('part')
    .description('stop, start, restart or kill parts of a running stack; a killed one comes back')
    .addArgument(new Argument('<command>').choices(partCommands))
    .argument('<parts...>', 'as the status names them')
    .addOption(nameOption('local'))
    .action((command: PartCommand, parts: string[], flags: { name: string }) =>
      run(controlParts(command, parts, flags)),
    );
  program
    .command('reset')
    .description('remove everything that a stack has stored')
    .addOption(nameOption('local'))
    .action((flags: { name: string }) => run(reset(flags)));
  program
    .command('token')
    .description('print a token for the HTTP interfaces of a stack')
    .addOption(nameOption('local'))
    .addOption(new Option('--role <role>', 'whose it is').choices(roles).makeOptionMandatory())
    .option('--user <id>', 'the user_id of a customer')
    .option('--restaurant <ids...>', 'the ids of the restaurants that somebody works for')
    .option('--agent <id>', 'the agent id of a courier')
    .addOption(new Option('--hours <hours>', 'how long it is good').default(12).argParser(parsePositive))
    .action((flags: TokenFlags) => run(printToken(flags)));
}

if (require.main === module) runAsProgram(main);
