import { createCommand, createMain, runAsProgram } from '../cli/command';
import { addControlCommands } from './commands/control';
import { addLogCommands } from './commands/logs';
import { addStartCommand } from './commands/start';
import { addTokenCommand } from './commands/token';

/** `npm start`, and the commands for a stack that runs or has run. */
export const main = createMain((run) => {
  const program = createCommand('', 'The local stack: servers and services.').name('npm run');
  addStartCommand(program, run);
  addControlCommands(program, run);
  addLogCommands(program, run);
  addTokenCommand(program, run);
  return program;
});

if (require.main === module) runAsProgram(main);
