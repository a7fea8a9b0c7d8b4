import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TrustedNetworks } from './trusted-networks.js';

const networks = new TrustedNetworks(['10.0.0.0/8', '::1/128']);
const fromPeer = (remoteAddress: string, headers: IncomingMessage['headers']) =>
  networks.isTrusted({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
const from = (remoteAddress: string, forwarded?: string) =>
  fromPeer(remoteAddress, { 'x-forwarded-for': forwarded });

describe(TrustedNetworks.name, () => {
  it('goes by the peer', () => {
    expect(from('10.1.2.3')).toBe(true);
    expect(from('::ffff:10.1.2.3')).toBe(true);
    expect(from('::1')).toBe(true);
    expect(from('11.1.2.3')).toBe(false);
  });

  it('trusts a proxy only as far as everyone it speaks for', () => {
    expect(from('10.0.0.2', '10.0.0.9')).toBe(true);
    expect(from('10.0.0.2', '203.0.113.9')).toBe(false);
    expect(from('10.0.0.2', '203.0.113.9, 10.0.0.1')).toBe(false);
    expect(from('10.0.0.2', 'unknown')).toBe(false);
  });

  it('does not listen to strangers', () => {
    expect(from('203.0.113.9', '10.0.0.9')).toBe(false);
    expect(fromPeer('203.0.113.9', { 'x-real-ip': '10.0.0.9', forwarded: 'for=10.0.0.9' })).toBe(false);
  });

  it('hears a proxy whichever way it says whom it speaks for', () => {
    expect(fromPeer('10.0.0.2', { 'x-real-ip': '10.0.0.9' })).toBe(true);
    expect(fromPeer('10.0.0.2', { 'x-real-ip': '203.0.113.9' })).toBe(false);
    expect(fromPeer('10.0.0.2', { forwarded: 'for=10.0.0.9;proto=https, for=10.0.0.1' })).toBe(true);
    expect(fromPeer('10.0.0.2', { forwarded: 'proto=https;for="[::1]:4711"' })).toBe(true);
    expect(fromPeer('10.0.0.2', { forwarded: 'For="10.0.0.9:80"' })).toBe(true);
    expect(fromPeer('10.0.0.2', { forwarded: 'for=10.0.0.9, for=203.0.113.9' })).toBe(false);
    expect(fromPeer('10.0.0.2', { forwarded: 'for=unknown' })).toBe(false);
    expect(fromPeer('10.0.0.2', { forwarded: 'proto=https' })).toBe(false);
  });

  it('takes the strictest of what is said twice', () => {
    expect(fromPeer('10.0.0.2', { 'x-forwarded-for': '10.0.0.9', 'x-real-ip': '203.0.113.9' })).toBe(false);
    expect(fromPeer('10.0.0.2', { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=10.0.0.9' })).toBe(false);
  });

  it.each([
    '',
    ' ',
    '10.0.0.9,',
    '10.0.0.9 203.0.113.9',
    '0x0a000009',
    '167772169',
    '010.0.0.9',
    '10.0.0.9:80',
  ])('takes %j for no address of a trusted caller', (forwarded) =>
    expect(from('10.0.0.2', forwarded)).toBe(false),
  );

  it('knows an address in each of its spellings', () => {
    expect(from('10.0.0.2', '::ffff:a00:9')).toBe(true);
    expect(from('10.0.0.2', '0:0:0:0:0:0:0:1')).toBe(true);
    expect(from('10.0.0.2', '::ffff:cb00:7109')).toBe(false);
    expect(from('fe80::1%eth0')).toBe(false);
  });
});
