import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { parseYaml } from './parse-yaml.js';

const STREAMING_API = `
service:
  name: streaming-api
  port: 9096

performance:
  buffer_size: 8192
  flush_interval: 100
  batch_size: 10
  compression_enabled: true

connection_management:
  pool_size: 100

performance:
  memory_limit_gb: 2
  cpu_cores: 4
  log_level: INFO
`;

describe(parseYaml.name, () => {
  it('joins two maps of the same key', () => {
    expect(parseYaml(STREAMING_API, 'streaming-api.yaml')).toEqual({
      service: { name: 'streaming-api', port: 9096 },
      performance: {
        buffer_size: 8192,
        flush_interval: 100,
        batch_size: 10,
        compression_enabled: true,
        memory_limit_gb: 2,
        cpu_cores: 4,
        log_level: 'INFO',
      },
      connection_management: { pool_size: 100 },
    });
  });

  it('joins them at every depth', () => {
    const source = 'list:\n  - a: { x: { p: 1 } }\n    a: { x: { q: 2 } }\n    a: { y: 3 }\n';
    expect(parseYaml(source, 'a.yaml')).toEqual({ list: [{ a: { x: { p: 1, q: 2 }, y: 3 } }] });
  });

  it('refuses a value that stands twice, with both lines', () => {
    expect(() => parseYaml('a:\n  port: 1\n  host: x\n  port: 2\n', 'a.yaml')).toThrow(
      new ConfigError('a.yaml, line 4: the key port stands in line 2 already'),
    );
    expect(() => parseYaml('a: { port: 1 }\nb: 1\na: { port: 2 }\n', 'a.yaml')).toThrow(
      'line 3: the key port',
    );
    expect(() => parseYaml('a: 1\na: { port: 2 }\n', 'a.yaml')).toThrow('line 2: the key a stands in line 1');
  });

  it('names file and line of a mistake, and does not quote it', () => {
    const parse = () => parseYaml('database:\n  password: hunter2\n port: [1\n', 'production.yaml');
    expect(parse).toThrow(/^production\.yaml, line \d: /);
    expect(parse).not.toThrow('hunter2');
  });

  it('takes an empty file as empty', () => {
    expect(parseYaml('', 'a.yaml')).toEqual({});
    expect(parseYaml('# nothing\n', 'a.yaml')).toEqual({});
  });

  it.each(['- 1', 'text', '4', 'a: 1\n---\nb: 2', 'a: *missing', 'a: !vault x'])('refuses %j', (source) => {
    expect(() => parseYaml(source, 'a.yaml')).toThrow(ConfigError);
  });
});
