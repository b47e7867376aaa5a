import { accessOf } from '../../api/http/access';
import { listen } from '../../api/http/server';
import { loadConfig, schemas } from '../../lib/config/config';
import { runProcess } from '../../lib/process/service';
import { payloadCodec } from '../../lib/temporal/payload-codec';
import { createCommand, createMain, nameOption, runAsProgram } from '../cli/command';
import { secretOf } from '../stack/access';
import { runningSystemEnvironment } from '../stack/control';
import { instanceNamed } from '../stack/instance';
import { createCodecApp } from './server';

/** `npm run codec-server`: decodes encrypted values for operators, in the Web UI and the CLI (docs/security.md). */
export const main = createMain((run) =>
  createCommand('codec-server', 'let operators read encrypted values in the Web UI and the temporal CLI, until Ctrl-C')
    .addOption(nameOption('local'))
    .action(({ name }: { name: string }) => run(serve(name))),
);

/** Serves the stack of this name, or else the system that the environment names. Never resolves: a signal ends the process. */
async function serve(name: string): Promise<number> {
  const secret = process.env['AUTH_JWKS_URL'] ? undefined : secretOf(instanceNamed(name), process.env);
  const env = { ...((await runningSystemEnvironment(name)) ?? process.env), ...(secret && { AUTH_SECRET: secret }) };
  await runProcess('codec-server', env, async (log) => {
    const config = loadConfig(schemas.codecServer, env);
    const { TEMPORAL_PAYLOAD_KEYS: keys, TEMPORAL_UI_URL, HOST, CODEC_SERVER_PORT } = config;
    const uiOrigin = new URL(TEMPORAL_UI_URL).origin;
    const app = createCodecApp({ codec: payloadCodec(keys), access: accessOf(config), uiOrigin, log });
    const server = await listen(app, HOST, CODEC_SERVER_PORT);
    return { address: server.address, stop: () => server.close() };
  });
  return new Promise(() => undefined);
}

if (require.main === module) runAsProgram(main);
