import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { describeCredentials, type Operation, SECURITY_SCHEMES } from './app.document.credentials.js';
import { describeErrors, ERROR_DTOS } from './app.document.errors.js';
import { termsOf } from './app.routes.js';
import type { AppConfig } from './config/index.js';

/** The OpenAPI document, made from the controllers and their DTOs. */
export function createApiDocument(app: NestFastifyApplication, { project }: AppConfig): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Citadel Gateway')
    .setDescription(
      'A gateway between applications and language models. Every error body is listed in docs/errors.md.',
    )
    .setVersion(project.version)
    .addSecurity('bearer', SECURITY_SCHEMES.bearer)
    .addSecurity('api_key', SECURITY_SCHEMES.api_key)
    .addSecurity('ticket', SECURITY_SCHEMES.ticket)
    .build();
  const document = SwaggerModule.createDocument(app, about, { extraModels: [...ERROR_DTOS] });
  for (const [template, operations] of Object.entries(document.paths)) {
    const path = template.replace('{path}', '*').replace(/\{(\w+)\}/g, ':$1');
    for (const [name, operation] of Object.entries(operations as Record<string, Operation>)) {
      const method = name.toUpperCase();
      const terms = termsOf(path, [method]);
      describeCredentials(operation, terms);
      describeErrors({ method, path, operation, policy: terms.policy! });
    }
  }
  return document;
}
