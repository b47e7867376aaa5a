import { accessOf } from '../../api/http/access-config';
import { listen } from '../../api/http/server';
import { loadConfig, schemas } from '../../lib/config/config';
import { runProcess } from '../../lib/process/run-process';
import { payloadCodec } from '../../lib/temporal/payload-codec';
import { createCodecApp } from './server';

/** Shows operators what is encrypted in Temporal: asked by the Web UI and the CLI, it encodes and decodes payloads (docs/security.md). */
void runProcess('codec-server', process.env, async (log) => {
  const config = loadConfig(schemas.codecServer, process.env);
  const { TEMPORAL_PAYLOAD_KEYS: keys, TEMPORAL_UI_URL, HOST, CODEC_SERVER_PORT } = config;
  const uiOrigin = new URL(TEMPORAL_UI_URL).origin;
  const app = createCodecApp({ codec: payloadCodec(keys), access: accessOf(config), uiOrigin, log });
  const server = await listen(app, HOST, CODEC_SERVER_PORT);
  return { address: server.address, stop: () => server.close() };
});
