import path from 'node:path';
import { Router } from 'express';
import { openApiDocument } from '../openapi/document';
import { notFound } from './refusals';
import type { ServiceRoutes } from './route';

/** Swagger UI as installed: the page loads nothing from other hosts. */
const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'));
const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The page may run its own scripts and call its own service; its script writes some of its styles. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API documentation</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="page"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/show.js"></script>
  </body>
</html>
`;

const script = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });\n`;

/** The service's interface, for programs (`/openapi.json`) and for people (`/docs`). For anybody. */
export function documentRoutes(service: ServiceRoutes<never>): Router {
  let document: string | undefined;
  return Router()
    .get('/openapi.json', (_req, res) => {
      document ??= JSON.stringify(openApiDocument(service));
      res.type('json').send(document);
    })
    .get('/docs', (_req, res) => void res.set('Content-Security-Policy', pagePolicy).type('html').send(page))
    .get('/docs/:file', (req, res) => {
      if (req.params.file === 'show.js') return void res.type('js').send(script);
      const file = files.find((name) => name === req.params.file);
      if (file === undefined) throw notFound('No such file');
      res.sendFile(file, { root: folder, maxAge: '1h' });
    });
}
