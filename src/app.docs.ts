import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { createApiDocument } from './app.document.js';
import type { AppConfig } from './config/index.js';

const VIEWPORT = 'width=device-width, initial-scale=1';

/** The page of `/docs` is made by Nest, which says nothing of its width: the last word of its head that is ours is the icon. */
const ICON_AND_VIEWPORT = `/docs/favicon-32x32.png' /><meta name='viewport' content='${VIEWPORT}`;

/** ReDoc would fetch the logo of its makers, who need not know who reads here. */
const MAKERS_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const NO_LOGO = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

const REDOC_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="${VIEWPORT}" />
    <link rel="icon" href="data:," />
    <title>Citadel Gateway</title>
    <style>body { margin: 0 }</style>
  </head>
  <body>
    <redoc spec-url="/openapi.json" disable-search="false"></redoc>
    <script src="/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

/** `/docs` with its document beside it, `/openapi.json`, and `/redoc`. Everything is served from here. */
export function setUpApiDocs(app: NestFastifyApplication, config: AppConfig): void {
  const document = createApiDocument(app, config);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Citadel Gateway',
    customfavIcon: ICON_AND_VIEWPORT,
  });

  const fastify = app.getHttpAdapter().getInstance();
  const bundle = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js');
  fastify.get('/openapi.json', () => document);
  fastify.get('/redoc', (_, reply) => reply.type('text/html; charset=utf-8').send(REDOC_PAGE));
  fastify.get('/redoc/redoc.standalone.js', async (_, reply) =>
    reply.type('text/javascript').send((await readFile(bundle, 'utf8')).replace(MAKERS_LOGO, NO_LOGO)),
  );
}
