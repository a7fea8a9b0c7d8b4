import { Inject, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declareRoutes } from '../../src/app.routes.js';
import { DATABASE } from '../../src/app.module.js';
import { POLICIES } from '../../src/app.policies.js';
import { RouteTable } from '../../src/common/http/route-table.js';
import { AppConfig } from '../../src/config/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { sendRaw } from '../support/raw-http.js';

const routes: RouteOptions[] = [];

/** Writes down every route that is declared. */
@Module({})
class RouteSpyModule {
  constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
    const fastify = httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (route) => void routes.push(route));
  }
}

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const env = { OAUTH_REGISTRATION: 'on', OLLAMA_URL: ollama.origin, TRUSTED_NETWORKS: '10.0.0.0/8' };
  gateway = await createGateway(env, [RouteSpyModule, ...DATABASE]);
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** Routes of OAuth, which say themselves what is missing. */
const FORMS = /^\/oauth\//;
/** Open, as it takes tokens that are good for nothing else. */
const LOOKS_ITSELF = '/oauth/userinfo';

interface Declared {
  readonly method: string;
  readonly url: string;
  readonly policy: string | undefined;
}

/** Without a second try at what is there already, which the router refuses: with a slash at its end. */
const declared = (): Declared[] =>
  routes
    .filter(
      ({ url }) => url === '/' || !url.endsWith('/') || !routes.some((other) => `${other.url}/` === url),
    )
    .flatMap(({ method, url, config }) =>
      [method].flat().map((name) => ({ method: name, url, policy: config?.policy })),
    );

/** A target this route answers to. */
const targetOf = (url: string) => url.replace(/:\w+/g, 'x').replace(/\*$/, 'x') || '/';

const paths = () => new Set(declared().map(({ method, url }) => `${method} ${url.replace(/(.)\/$/, '$1')}`));

describe('every route', () => {
  it('is in the table of policies, and every policy has its route', () => {
    expect(declared().length).toBeGreaterThan(20);
    expect(declared().filter(({ policy }) => policy === undefined)).toEqual([]);
    const unused = Object.keys(POLICIES).filter((key) =>
      key.endsWith('/*')
        ? ![...paths()].some((path) => path.startsWith(key.slice(0, -1)))
        : !paths().has(key),
    );
    expect(unused).toEqual([]);
  });

  it('keeps the gateway from starting when it is not', () => {
    const fastify = Fastify();
    declareRoutes(fastify, gateway.app.get<AppConfig>(AppConfig).http, new RouteTable());
    fastify.get('/v1/models', () => 'ok');
    expect(() => fastify.get('/v1/forgotten', () => 'ok')).toThrow('GET /v1/forgotten has no access policy');
    expect(() => fastify.post('/v1/models', () => 'ok')).toThrow('POST /v1/models has no access policy');
  });

  it('that is not for everybody refuses strangers before it looks at what they send', async () => {
    const guarded = declared().filter(({ policy, method }) => policy !== 'pub' && method !== 'HEAD');
    expect(guarded.length).toBeGreaterThan(10);
    for (const { method, url } of guarded) {
      const target = targetOf(url);
      const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9`;
      const [response] = (await sendRaw(gateway.port, `${head}\r\n\r\n{"model":`)).responses;
      expect([method, url, response?.status]).toEqual([method, url, 401]);
      expect(response?.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
      expect(faultsOfRefusal(target, String(response?.body))).toEqual([]);
    }
    expect(ollama.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('that is for everybody answers strangers', async () => {
    const open = declared().filter(({ policy, method }) => policy === 'pub' && method === 'GET');
    for (const { url } of open) {
      const { status } = await fetch(gateway.url + targetOf(url));
      // Socket.IO calls a request that is no handshake a bad one.
      const answers = url.startsWith('/socket.io')
        ? [400]
        : FORMS.test(url)
          ? [200, 400, 401, 404]
          : [200, 404];
      expect([url, answers.includes(status)]).toEqual([url, true]);
    }
    for (const path of [
      '/',
      '/health',
      '/live',
      '/ready',
      '/docs',
      '/redoc',
      '/openapi.json',
      '/api/v1/models',
    ]) {
      expect([path, (await fetch(gateway.url + path)).status]).toEqual([path, 200]);
    }
  });

  it('has a HEAD that is guarded like its GET', async () => {
    const gets = declared().filter(({ method }) => method === 'GET');
    for (const { url, policy } of gets) {
      const { status } = await fetch(gateway.url + targetOf(url), { method: 'HEAD' });
      expect([url, status === 401]).toEqual([url, policy !== 'pub' || url === LOOKS_ITSELF]);
    }
  });
});
