/** A process of its own: the least that Express does to send the bytes that another server sends. Its argument: that server's URL. */
import express from 'express';
import type { AddressInfo } from 'node:net';

async function main(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body = await response.text();
  const app = express();
  app.get('/restaurants', (_req, res) => void res.type('json').send(body));
  const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

process.once('disconnect', () => process.exit(0));
void main(process.argv[2] ?? '');
