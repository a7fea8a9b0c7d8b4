import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiDocument } from '../../src/app.document.js';
import { AppConfig } from '../../src/config/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { authorizationOf } from '../support/sign-in.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

interface Asked {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

let gateway: TestGateway;
let document: OpenAPIObject;

beforeAll(async () => {
  gateway = await createGateway({ OAUTH_REGISTRATION: 'on', TRUSTED_NETWORKS: '10.0.0.0/8' }, 'database');
  document = createApiDocument(gateway.app, gateway.app.get<AppConfig>(AppConfig));
}, 60_000);
afterAll(() => gateway.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );

/** By the name of what is validated, where the document has it. */
const wholeNumbers = () =>
  [...getMetadataStorage()['validationMetadatas'].keys()].flatMap((dto: { name: string }) =>
    document.components!.schemas?.[dto.name] === undefined
      ? []
      : getMetadataStorage()
          .getTargetValidationMetadatas(dto as unknown as () => void, '', false, false)
          .filter(({ name }) => name === 'isInt')
          .map(({ propertyName }) => [dto.name, propertyName] as const),
  );

/** Channels stay open, so nobody waits for their end. */
const STREAMS = /^GET \/(?:streaming\/sse\/|agent\/stream)/;

async function ask(
  { method, path }: { method: string; path: string },
  headers: Record<string, string>,
  body?: string,
): Promise<Asked> {
  const response = await fetch(gateway.url + path.replace('{scope}', 'user').replace(/\{\w+\}/g, 'nothing'), {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
    redirect: 'manual',
  });
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (STREAMS.test(`${method} ${path}`) && response.ok) {
    await response.body?.cancel();
    return { status: response.status, type, body: undefined };
  }
  const text = await response.text();
  return { status: response.status, type, body: type === 'application/json' ? JSON.parse(text) : text };
}

/** What the document promises of an answer with this status and type: its fields, or nothing. */
function fieldsOf({ responses }: Operation, { status, type }: Asked): readonly string[] | undefined {
  const response = responses[status];
  if (response === undefined || '$ref' in response) return undefined;
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) return undefined;
  const named = '$ref' in schema ? document.components!.schemas![schema.$ref.split('/').at(-1)!]! : schema;
  return 'properties' in named ? (named.required ?? []) : [];
}

type Content = NonNullable<Extract<Operation['responses'][string], { description: string }>['content']>;
type Schema = NonNullable<Content[string]['schema']>;

/** The fields of a value that its schema does not know; one that has no fields of its own lets any be. */
function undescribed(value: unknown, schema: Schema | undefined, path = ''): string[] {
  if (schema === undefined || value === null || typeof value !== 'object') return [];
  if ('$ref' in schema)
    return undescribed(value, document.components!.schemas![schema.$ref.split('/').at(-1)!], path);
  // A description beside a reference.
  if (schema.allOf !== undefined) return undescribed(value, schema.allOf[0], path);
  if (Array.isArray(value)) return value.flatMap((item) => undescribed(item, schema.items, `${path}[]`));
  const { properties } = schema;
  if (properties === undefined) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    properties[name] === undefined
      ? [`${path}.${name}`]
      : undescribed(field, properties[name], `${path}.${name}`),
  );
}

const hasBody = ({ method }: { method: string }) => method !== 'GET' && method !== 'DELETE';

describe('the API document', () => {
  it('describes routes that there are', async () => {
    expect(operations().length).toBeGreaterThan(100);
    for (const each of operations()) {
      const { status } = await ask(each, {});
      expect([each.name, status]).not.toEqual([each.name, 405]);
      if (!each.path.includes('{')) expect([each.name, status]).not.toEqual([each.name, 404]);
    }
  });

  it('lists every refusal of a stranger, of an administrator’s empty and broken bodies, and of other types', async () => {
    const admin = await authorizationOf(gateway, { role: 'admin' });
    const wrong: string[] = [];
    for (const each of operations()) {
      const asked = [await ask(each, {})];
      asked.push(await ask(each, admin, hasBody(each) ? '{}' : undefined));
      if (hasBody(each)) {
        asked.push(await ask(each, admin, '{'));
        asked.push(await ask(each, { ...admin, 'content-type': 'text/plain' }));
      }
      for (const answer of asked.filter(({ status }) => status >= 400)) {
        const fields = fieldsOf(each.operation, answer);
        if (fields === undefined) wrong.push(`${each.name}: ${answer.status} ${answer.type} is not listed`);
        else if (typeof answer.body === 'object')
          expect([each.name, Object.keys(answer.body as object)]).toEqual([
            each.name,
            expect.arrayContaining([...fields]),
          ]);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('says that a credential is wanted where one is, and nowhere else', async () => {
    for (const each of operations()) {
      const { status } = await ask(each, {});
      // Its clients show who they are in the form.
      if (each.path === '/oauth/introspect') continue;
      const wanted = each.operation.security?.every((scheme) => Object.keys(scheme).length > 0) ?? false;
      const isRefused = status === 401;
      // Nobody is trusted here, so that where none is needed in a trusted network one is now.
      const isLeftToTheNetwork = !wanted && (each.operation.security?.length ?? 0) > 0;
      expect([each.name, isRefused]).toEqual([each.name, wanted || isLeftToTheNetwork]);
    }
  });

  it('says of every field that takes whole numbers only that it does', () => {
    const wholes = wholeNumbers();
    expect(wholes).toContainEqual(['CreateChatCompletionDto', 'max_tokens']);
    const schemas = document.components!.schemas as Record<string, { properties?: Record<string, object> }>;
    for (const [dto, field] of wholes) {
      expect(schemas[dto]!.properties![field], `${dto}.${field}`).toMatchObject({ type: 'integer' });
    }
  });

  it('demands no body where none has to be sent', () => {
    const isDemanded = (path: string) => {
      const { requestBody } = document.paths[path]!.post!;
      return requestBody !== undefined && 'required' in requestBody && requestBody.required;
    };
    expect(['/api/v1/audit/verify', '/oauth/device/api-key', '/v1/embeddings'].map(isDemanded)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('describes every field of answers', async () => {
    const admin = await authorizationOf(gateway, { role: 'admin' });
    const messages = [{ role: 'user', content: 'Hello' }];
    const tool = { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } };
    const bodies: Readonly<Record<string, object>> = {
      '/v1/chat/completions': { model: 'sim/words', messages },
      '/api/v1/chat/completions': {
        model: 'sim/tools',
        messages,
        tools: [{ type: 'function', function: tool }],
        tool_choice: 'required',
      },
      '/v1/completions': { model: 'sim/words', prompt: 'Hello' },
      '/v1/responses': { model: 'sim/words', input: 'Hello', user: 'ada', metadata: { of: 'a test' } },
      '/api/v1/responses': { model: 'sim/tools', input: 'Hello', tools: [{ type: 'function', ...tool }] },
      '/v1/embeddings': { model: 'sim/words', input: ['a', 'b'] },
      '/agent/generate': { agent_type: 'generic', task: 'Greet', model: 'sim/words' },
      '/workflow/create': { agent_type: 'generic', task: 'Greet', model: 'sim/words' },
      '/api/v1/auth/tickets': {},
      '/api/v1/audit/verify': { projection: true },
    };
    for (const [path, body] of Object.entries(bodies)) {
      const answer = await ask({ method: 'POST', path }, admin, JSON.stringify(body));
      expect([path, answer.status]).toEqual([path, 200]);
      const response = document.paths[path]!.post!.responses[200] as { content: Content };
      expect(undescribed(answer.body, response.content['application/json']!.schema)).toEqual([]);
    }
  });

  it('has the forms of OAuth and what they are answered with', async () => {
    const { headers } = await makeClient();
    for (const [path, fields] of [
      ['/oauth/device/code', {}],
      ['/oauth/token', { grant_type: 'client_credentials' }],
      ['/oauth/introspect', { token: 'x' }],
    ] as const) {
      const response = await fetch(gateway.url + path, {
        method: 'POST',
        headers,
        body: new URLSearchParams(fields),
      });
      const operation = document.paths[path]!.post!;
      const answer = { status: response.status, type: 'application/json', body: undefined };
      const body = (await response.json()) as object;
      expect([path, Object.keys(body)]).toEqual([
        path,
        expect.arrayContaining([...fieldsOf(operation, answer)!]),
      ]);
      const { content } = operation.requestBody as { content: object };
      expect(Object.keys(content)).toEqual(['application/x-www-form-urlencoded', 'application/json']);
    }
  });

  async function makeClient(): Promise<{ headers: Record<string, string> }> {
    const response = await fetch(`${gateway.url}/api/v1/admin/oauth-clients`, {
      method: 'POST',
      headers: {
        ...(await authorizationOf(gateway, { role: 'admin' })),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: 'Job', grants: ['client_credentials', 'device_code'] }),
    });
    const { id, secret } = (await response.json()) as { id: string; secret: string };
    return { headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` } };
  }
});
