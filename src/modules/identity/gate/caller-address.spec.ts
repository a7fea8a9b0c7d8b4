import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
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
});
