import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { AppConfig } from './config/index.js';

/** The OpenAPI document, made from the controllers and their DTOs. */
export function createApiDocument(app: NestFastifyApplication, { project }: AppConfig): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Citadel Gateway')
    .setDescription('A gateway between applications and language models.')
    .setVersion(project.version)
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, about);
}

/** `/docs`, `/docs-json`, `/openapi.json`, and `/redoc`. */
export function setUpApiDocs(app: NestFastifyApplication, config: AppConfig): void {
  const document = createApiDocument(app, config);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Citadel Gateway',
  });
}
