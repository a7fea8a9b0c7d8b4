import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { callerAddress } from './caller-address.js';

const NETWORKS = new TrustedNetworks(['127.0.0.0/8', '10.0.0.0/8']);
const from = (remoteAddress: string, forwarded?: string) =>
  callerAddress(
    { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage,
    NETWORKS,
  );

describe(callerAddress.name, () => {
  it('is the address that connects', () => expect(from('203.0.113.7')).toBe('203.0.113.7'));

  it('believes nobody who is not trusted', () => expect(from('203.0.113.7', '1.1.1.1')).toBe('203.0.113.7'));

  it('is the nearest address behind trusted proxies, whatever the caller has put before it', () =>
    expect(from('127.0.0.1', '1.1.1.1, 203.0.113.9, 10.1.1.1')).toBe('203.0.113.9'));

  it('counts a network of IPv6 as one caller', () => {
    expect(from('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
    expect(from('2001:db8:1:2::9')).toBe('2001:db8:1:2');
    expect(from('2001:db8::9')).toBe('2001:db8:0:0');
  });
});
