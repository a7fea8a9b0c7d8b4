import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import { MetricsServer } from './metrics-server.js';

describe(MetricsServer.name, () => {
  let body = '';
  let prometheus: Server;
  let server: MetricsServer;

  beforeEach(async () => {
    prometheus = createServer((_request, response) => void response.end(body));
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
    const { port } = prometheus.address() as AddressInfo;
    const monitoring = { metricsServer: `http://127.0.0.1:${port}` };
    server = new MetricsServer({ streaming: { monitoring } } as AppConfig);
  });
  afterEach(() => void prometheus.close());

  const say = (result: unknown) => (body = JSON.stringify({ status: 'success', data: { result } }));
  const sample = (name: string, value: string) => ({ metric: { __name__: name }, value: [1, value] });

  it('gives the sums that it knows, those alone that are numbers', async () => {
    say([sample('a', '4711'), sample('b', 'NaN'), sample('c', '+Inf'), { metric: { __name__: 'd' } }]);
    expect(await server.read(['a', 'b', 'c', 'd', 'e'])).toEqual(new Map([['a', 4711]]));
  });

  it.each([
    ['it knows nothing', () => say([])],
    ['it says no number', () => say([sample('a', 'NaN')])],
    ['it is no metrics server', () => (body = '{}')],
    ['it does not say JSON', () => (body = '<html>')],
  ])('gives nothing where %s', async (_, prepare) => {
    prepare();
    expect(await server.read(['a'])).toBeUndefined();
  });
});
