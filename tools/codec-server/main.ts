import type { PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { z } from 'zod';
import { accessOf, identify, only, type Access } from '../../api/http/access';
import { HttpProblem, notFound, refuse } from '../../api/http/refusals';
import { listen } from '../../api/http/server';
import { loadConfig, schemas } from '../../lib/config/config';
import type { Log } from '../../lib/logging/log';
import { runProcess } from '../../lib/process/service';
import { PayloadRefusedError, payloadCodec } from '../../lib/temporal/payload-codec';
import { createCommand, createMain, nameOption } from '../cli/cli';
import { secretOf } from '../stack/access';
import { runningSystemEnvironment } from '../stack/control';
import { instanceNamed } from '../stack/instance';

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

/** More than a page of a history: Temporal limits the payloads of one event to 2 MB. */
const bodyLimit = '16mb';

const base64 = z.base64();
const { Payload } = temporal.api.common.v1;

/** Protobuf's JSON form, in which bytes are base64. */
const body = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).nullish(), data: base64.nullish() })).default([]),
});

interface CodecServerDeps {
  codec: PayloadCodec;
  access: Access;
  /** The origin of the Web UI, the only one that a browser may call from. */
  uiOrigin: string;
  log: Log;
}

/** Temporal's codec server protocol below any path, for operators only. 400 without a list of payloads, or when one cannot be decrypted. */
export function createCodecApp({ codec, access, uiOrigin, log }: CodecServerDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(allowOrigin(uiOrigin));
  app.use(identify(access));
  const answer =
    (work: keyof PayloadCodec): RequestHandler =>
    async (req, res) => {
      const asked = body.safeParse(req.body);
      if (!asked.success) throw new HttpProblem(refuse('UNPROCESSABLE', 'The body is no list of payloads'), 400);
      const worked = await codec[work](asked.data.payloads.map((payload) => Payload.fromObject(payload)));
      const payloads = worked.map((payload) => Payload.toObject(Payload.create(payload), { bytes: String }));
      res.set('Cache-Control', 'no-store').json({ payloads });
    };
  const json = express.json({ limit: bodyLimit });
  app.post(/\/encode$/, only(), json, answer('encode'));
  app.post(/\/decode$/, only(), json, answer('decode'));
  app.use((req) => {
    throw notFound(`No route ${req.method} ${req.path}`);
  });
  app.use(answerProblem(log));
  return app;
}

/** CORS: a browser sends a preflight request (OPTIONS), and withholds an answer that does not name its page's origin. */
const allowOrigin =
  (origin: string): RequestHandler =>
  (req, res, next) => {
    res.set('Vary', 'Origin');
    if (req.get('origin') === origin) {
      res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Methods': 'POST' });
      res.set('Access-Control-Allow-Headers', 'authorization, content-type, x-namespace');
    }
    if (req.method === 'OPTIONS') return void res.status(204).end();
    next();
  };

const answerProblem =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, _req, res, _next) => {
    const { status, message } = toProblem(error);
    if (status >= 500) log.error({ event: 'request-failed', err: error }, 'a request failed');
    if (status === 401) res.set('WWW-Authenticate', 'Bearer');
    res.status(status).json({ success: false, message });
  };

function toProblem(error: unknown): { status: number; message: string } {
  if (error instanceof HttpProblem) return error;
  if (error instanceof PayloadRefusedError) return { status: 400, message: error.message };
  // Express' own errors, about a body that is too large or no JSON.
  const { status = 500 } = error instanceof Error ? (error as { status?: number }) : {};
  return { status, message: status < 500 ? 'The body cannot be read' : 'Internal Server Error' };
}
