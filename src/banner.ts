import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { toClientUrl } from './client-url.js';
import type { AppConfig } from './config/index.js';
import { BackendProbe } from './modules/models/index.js';

/** Tells a person at a terminal where the gateway is, what it chose and why, and one thing to try. */
export function printBanner(app: NestFastifyApplication, config: AppConfig): void {
  if (config.environment !== 'development') return;
  const { port } = app.getHttpServer().address() as { port: number };
  const url = toClientUrl(config.http.host, port);
  const lines = [
    `Citadel Gateway ${config.project.version} listens on ${url}`,
    ...config.choices.map((choice) => `  ${choice}`),
    `  ${backendLine(app.get(BackendProbe), config)}`,
    '',
    'Try it:',
    `  curl -N ${url}/v1/chat/completions -H 'Content-Type: application/json' \\`,
    `    -d '{"model":"${config.routing.defaultModel}","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
    '',
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

function backendLine(probe: BackendProbe, { routing }: AppConfig): string {
  const { defaultBackend, standIn } = routing;
  const serving = probe.serving(defaultBackend);
  if (serving !== defaultBackend) {
    return `backend: the simulator (no ${standIn?.for ?? 'backend'} answers; it is looked for every 10 s and taken when it appears)`;
  }
  const { health } = probe.status(defaultBackend) ?? {};
  const state = health?.reachable
    ? `it answers${health.version === undefined ? '' : `, version ${health.version}`}`
    : 'it does not answer';
  return `backend: ${defaultBackend} (${state})`;
}
