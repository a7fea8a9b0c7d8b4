import { describe, expect, it } from 'vitest';
import {
  cidr,
  host,
  httpUrl,
  listenPort,
  origin,
  port,
  postgresUrl,
  redisUrl,
  withoutCredentials,
} from './network-parsers.js';

describe('network parsers', () => {
  it.each([
    ['port', port, '65535', 65_535],
    ['port', port, '0', undefined],
    ['port', port, '65536', undefined],
    ['listenPort', listenPort, '0', 0],
    ['host', host, '0.0.0.0', '0.0.0.0'],
    ['host', host, '::1', '::1'],
    ['host', host, 'db-1.example.org', 'db-1.example.org'],
    ['host', host, 'http://db', undefined],
    ['host', host, 'db:5432', undefined],
    ['cidr', cidr, '192.168.10.0/24', '192.168.10.0/24'],
    ['cidr', cidr, '10.0.0.7', '10.0.0.7/32'],
    ['cidr', cidr, '::1', '::1/128'],
    ['cidr', cidr, '10.0.0.0/33', undefined],
    ['cidr', cidr, '10.0.0.0/8/8', undefined],
    ['cidr', cidr, '10.0.0.0/', undefined],
    ['cidr', cidr, '10.0.0/24', undefined],
    ['cidr', cidr, 'localhost', undefined],
    ['httpUrl', httpUrl, 'http://127.0.0.1:11434/', 'http://127.0.0.1:11434'],
    ['httpUrl', httpUrl, 'https://api.example.org/v1/', 'https://api.example.org/v1'],
    ['httpUrl', httpUrl, 'https://user:key@api.example.org', undefined],
    ['httpUrl', httpUrl, 'https://api.example.org?key=1', undefined],
    ['httpUrl', httpUrl, 'ftp://api.example.org', undefined],
    ['httpUrl', httpUrl, 'api.example.org', undefined],
    ['postgresUrl', postgresUrl, 'postgres://u:p@db/x', 'postgres://u:p@db/x'],
    ['postgresUrl', postgresUrl, 'postgres://u:100%@db/x', undefined],
    ['postgresUrl', postgresUrl, 'mysql://db/x', undefined],
    ['redisUrl', redisUrl, 'rediss://cache:6380/1', 'rediss://cache:6380/1'],
    ['redisUrl', redisUrl, 'redis://cache', 'redis://cache'],
    ['redisUrl', redisUrl, 'redis://cache/', 'redis://cache/'],
    ['redisUrl', redisUrl, 'redis://cache/abc', undefined],
    ['redisUrl', redisUrl, 'redis://cache/-1', undefined],
    ['redisUrl', redisUrl, 'redis://cache/1/2', undefined],
    ['redisUrl', redisUrl, 'redis://cache?db=3', 'redis://cache?db=3'],
    ['redisUrl', redisUrl, 'redis://cache?db=abc', undefined],
    ['redisUrl', redisUrl, 'http://cache', undefined],
    ['origin', origin, 'https://app.example.org/', 'https://app.example.org'],
    ['origin', origin, 'http://localhost:*', 'http://localhost:*'],
    ['origin', origin, '*', '*'],
    ['origin', origin, 'https://app.example.org/chat', undefined],
    ['origin', origin, 'app.example.org', undefined],
    ['origin', origin, 'https://*.example.org', undefined],
    ['origin', origin, 'https://[::1]:8443', 'https://[::1]:8443'],
    ['origin', origin, 'https://münchen.example', 'https://xn--mnchen-3ya.example'],
  ])('%s reads case %#', (_name, parser, raw, value) => {
    expect(parser.parse(raw)).toBe(value);
  });
});

describe(withoutCredentials.name, () => {
  it('keeps what says where, and nothing that opens', () => {
    expect(withoutCredentials('postgresql://citadel:hunter2@db:5432/x?password=hunter2')).toBe(
      'postgresql://db:5432/x',
    );
    expect(withoutCredentials('redis://:hunter2@cache:6379')).toBe('redis://cache:6379');
  });
});
