/** A process of its own: the least that Express does to answer the bytes that it is sent. */
import express from 'express';
import type { AddressInfo } from 'node:net';

process.once('message', (body: string) => {
  const app = express();
  app.get('/restaurants', (_req, res) => void res.type('json').send(body));
  const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.once('disconnect', () => process.exit(0));
