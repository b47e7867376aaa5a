import { InvalidArgumentError } from 'commander';
import { placedAt } from '../../contracts/values';
import {
  ExpectedError,
  createCommand,
  createMain,
  jsonOption,
  messageOf,
  nameOption,
  printLines,
  runAsProgram,
  say,
} from '../cli/cli';
import type { ServiceName } from '../stack/addresses';
import { runningSystemEnvironment } from '../stack/control';
import { connect } from './connect';
import { importOldPlatform } from './import';
import { reportJson, reportLines } from './report';

interface Flags extends Record<ServiceName, string> {
  name: string;
  cancelBefore?: Date;
  dryRun: boolean;
  json: boolean;
}

/** `npm run import` (docs/importing.md). Exit code 0: everything is here; 1: it could not be brought over; 2: wrong arguments. */
export const main = createMain((run) =>
  createCommand('import', "bring the old platform's three databases into ours")
    .requiredOption('--user <url>', "the old user service's database, postgresql://…", parseDatabaseUrl)
    .requiredOption('--restaurant <url>', "the old restaurant service's", parseDatabaseUrl)
    .requiredOption('--delivery <url>', "the old delivery service's", parseDatabaseUrl)
    .addOption(nameOption('local'))
    .option(
      '--cancel-before <time>',
      'cancel open orders placed before it and not picked up, 2026-01-31T12:00Z',
      parseTime,
    )
    .option('--dry-run', 'try everything, change nothing', false)
    .addOption(jsonOption())
    .action((flags: Flags) => run(runImport(flags))),
);

async function runImport(flags: Flags): Promise<number> {
  const { name, cancelBefore, dryRun, json } = flags;
  const env = await runningSystemEnvironment(name);
  if (!env) {
    throw new ExpectedError(
      `The stack "${name}" does not run: npm start. For another system set TEMPORAL_ADDRESS and the three databases (.env.example).`,
    );
  }
  const { close, ...deps } = await connect(flags, env, dryRun);
  try {
    const startedAt = Date.now();
    const report = await importOldPlatform({ ...deps, progress: atMostEvery(progressMs, say) }, { cancelBefore });
    const summary = { dryRun, seconds: Math.round((Date.now() - startedAt) / 1_000), ...report };
    printLines(json ? [JSON.stringify(reportJson(summary), null, 2)] : reportLines(summary));
    return 0;
  } catch (error) {
    const hint = dryRun ? '' : ' What was brought over stays. Run the import again: it continues.';
    throw new ExpectedError(`The import has stopped: ${messageOf(error)}.${hint}`, { cause: error });
  } finally {
    await close();
  }
}

const progressMs = 2_000;

/** Leaves out what comes too soon after the last. */
function atMostEvery(ms: number, show: (line: string) => void): (line: string) => void {
  let next = 0;
  return (line) => {
    if (Date.now() < next) return;
    next = Date.now() + ms;
    show(line);
  };
}

function parseDatabaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^postgres(ql)?:$/.test(url.protocol) && url.hostname !== '' && url.pathname.length > 1) return text;
  throw new InvalidArgumentError('It has to be like postgresql://user:password@host:5432/database.');
}

/** Without a zone it is UTC. */
function parseTime(text: string): Date {
  const time = placedAt.safeParse(text);
  if (!time.success) throw new InvalidArgumentError('It has to be a time like 2026-01-31T12:00Z.');
  return new Date(time.data);
}

if (require.main === module) runAsProgram(main);
