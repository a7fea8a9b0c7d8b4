import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { TrustedNetworks } from './trusted-networks.js';

const networks = new TrustedNetworks(['10.0.0.0/8', '::1/128']);
const from = (remoteAddress: string, forwarded?: string) =>
  networks.isTrusted({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

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
  });
});
