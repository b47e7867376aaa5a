import { createCommand, createMain, nameOption, runAsProgram } from '../cli/cli';
import { addControlCommands } from './commands/control';
import { addLogCommands } from './commands/logs';
import { addStartCommand } from './commands/start';
import { addTokenCommand } from './commands/token';

/** `npm start`, and the commands for a stack that runs or has run. */
export const main = createMain((run) => {
  const program = createCommand('', 'The local stack: servers and services.').name('npm run');
  const command = (name: string, description: string) =>
    program.command(name).description(description).addOption(nameOption('local'));
  addStartCommand(command, run);
  addControlCommands(command, run);
  addLogCommands(command, run);
  addTokenCommand(command, run);
  return program;
});

if (require.main === module) runAsProgram(main);
