import { readdir, readFile } from 'node:fs/promises';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { createApiDocument } from '../../src/app.document.js';
import { createApp } from '../../src/app.setup.js';
import { POLICIES } from '../../src/app.policies.js';
import { ERROR_CATALOGUE } from '../../src/common/errors/error-catalogue.js';
import { renderErrorsPage } from '../../src/common/errors/errors-page.js';
import { loadConfig } from '../../src/config/index.js';

const config = loadConfig({ CITADEL_ENV: 'test', LOG_LEVEL: 'silent' });
const document = createApiDocument(await createApp(config), config);

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Routes that serve the documents themselves, and those of a protocol with documents of its own. */
const NOT_DESCRIBED = /\/docs|openapi\.json|redoc|OPTIONS|socket\.io/;

describe('docs/openapi.json', () => {
  it('is what the code describes; `npm run docs` makes it so', async () => {
    expect(JSON.parse(await readFile('docs/openapi.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(document)),
    );
  });

  it('describes every route that has a policy', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1').replace(/:path$/, '*')}`,
      ),
    );
    const routes = Object.keys(POLICIES).filter((route) => !NOT_DESCRIBED.test(route));
    expect(described.sort()).toEqual(expect.arrayContaining(routes.sort()));
  });

  it('describes every field', () => {
    const bare = Object.entries(document.components?.schemas ?? {}).flatMap(([name, schema]) =>
      Object.entries(('properties' in schema && schema.properties) || {})
        .filter(([, property]) => !('description' in property))
        .map(([field]) => `${name}.${field}`),
    );
    expect(bare).toEqual([]);
  });

  it('describes every parameter', () => {
    const bare = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, OperationObject>).flatMap(([method, { parameters = [] }]) =>
        parameters
          .filter((parameter) => !('description' in parameter))
          .map(
            (parameter) => `${method.toUpperCase()} ${path}: ${'name' in parameter ? parameter.name : ''}`,
          ),
      ),
    );
    expect(bare).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  it('lists no error that nothing raises', async () => {
    const files = await readdir('src', { recursive: true });
    const sources = await Promise.all(
      files
        .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|error-catalogue|app\.document/.test(file))
        .map((file) => readFile(`src/${file}`, 'utf8')),
    );
    const raised = (code: string) => sources.some((source) => source.includes(`'${code}'`));
    expect(Object.keys(ERROR_CATALOGUE).filter((code) => !raised(code))).toEqual([]);
  });

  it('is the error catalogue; `npm run docs` makes it so', async () => {
    expect(await readFile('docs/errors.md', 'utf8')).toBe(renderErrorsPage());
  });
});
