import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TrustedNetworks } from './trusted-networks.js';
import { callerAddress } from './caller-address.js';

const networks = new TrustedNetworks(['127.0.0.0/8', '10.0.0.0/8']);
const from = (remoteAddress: string, forwarded?: string) =>
  callerAddress(
    { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage,
    networks,
  );

describe(callerAddress.name, () => {
  it.each([
    ['203.0.113.5', undefined, '203.0.113.5'],
    ['::ffff:203.0.113.5', undefined, '203.0.113.5'],
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['127.0.0.1', '198.51.100.1, 203.0.113.5, 10.0.0.7', '203.0.113.5'],
    ['127.0.0.1', '10.0.0.7', '10.0.0.7'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
    ['2001:db8::1', undefined, '2001:db8:0:0'],
    ['::1', undefined, '0:0:0:0'],
  ])('of %s that forwards for %s is %s', (peer, forwarded, address) => {
    expect(from(peer, forwarded)).toBe(address);
  });

  it.each([
    ['::ffff:cb00:7105', '203.0.113.5'],
    ['2001:DB8:0001:2::7', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['203.0.113.5:4711', '203.0.113.5'],
    ['[2001:db8:1:2::7]:4711', '2001:db8:1:2'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('of %s behind a proxy is %s, however it is spelled', (forwarded, address) => {
    expect(from('127.0.0.1', forwarded)).toBe(address);
  });

  it.each([
    [{ 'x-real-ip': '203.0.113.5' }, '203.0.113.5'],
    [{ forwarded: 'for=198.51.100.1, for="203.0.113.5:80";proto=https' }, '203.0.113.5'],
    [{ forwarded: 'for="[2001:db8:1:2::7]:4711"' }, '2001:db8:1:2'],
    [{ 'x-forwarded-for': '203.0.113.5', 'x-real-ip': '198.51.100.1' }, '203.0.113.5'],
    [{ 'x-forwarded-for': '10.0.0.7', 'x-real-ip': '203.0.113.5' }, '203.0.113.5'],
  ])('of a proxy that says %j is %s', (headers, address) => {
    const head = (remoteAddress: string) =>
      ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
    expect(callerAddress(head('127.0.0.1'), networks)).toBe(address);
    expect(callerAddress(head('192.0.2.1'), networks)).toBe('192.0.2.1');
  });
});
