import { describe, expect, it } from 'vitest';
import { createSources, type SourcesExample } from './testing/create-sources.js';
import { toMailConfig } from './to-mail-config.js';

const decide = (MAIL_SMTP_URL: string, more: SourcesExample = {}) =>
  toMailConfig(createSources({ ...more, env: { MAIL_SMTP_URL, MAIL_FROM: 'citadel@example.org' } })).config;

describe(toMailConfig.name, () => {
  it('sends none without a server, and shows them in development only', () => {
    const kindIn = (environment: 'development' | 'test' | 'production') =>
      toMailConfig(createSources({ environment })).config.kind;
    expect([kindIn('development'), kindIn('test'), kindIn('production')]).toEqual(['log', 'none', 'none']);
  });

  it('asks for TLS everywhere but here', () => {
    expect(decide('smtp://ada:s%2Fcret@mail.example.org')).toEqual({
      kind: 'smtp',
      from: 'citadel@example.org',
      host: 'mail.example.org',
      port: 587,
      tls: 'required',
      login: { user: 'ada', password: 's/cret' },
    });
    expect(decide('smtps://mail.example.org')).toMatchObject({ port: 465, tls: 'implicit' });
    expect(decide('smtp://mail.example.org:2525', { environment: 'development' })).toMatchObject({
      port: 2525,
      tls: 'required',
    });
    expect(decide('smtp://localhost:1025')).toMatchObject({ port: 1025, tls: 'offered' });
    expect(decide('smtp://[::1]')).toMatchObject({ host: '::1', port: 25, tls: 'offered' });
    expect(decide('smtp://localhost.example.org')).toMatchObject({ tls: 'required' });
  });

  it('never tells the password', () => {
    const env = { MAIL_SMTP_URL: 'smtp://ada:hunter2@mail.example.org', MAIL_FROM: 'citadel@example.org' };
    expect(toMailConfig(createSources({ env })).choice).toBe('mail: by mail.example.org:587 (MAIL_SMTP_URL)');
    for (const wrong of ['smtp://ada:hunter2@mail.example.org?x=1', 'http://ada:hunter2@x', 'hunter2'])
      expect(() => decide(wrong)).toThrow(/^(?!.*hunter2).*MAIL_SMTP_URL must be/s);
  });

  it('wants to know who the mails are from', () => {
    const env = { MAIL_SMTP_URL: 'smtp://mail.example.org' };
    expect(() => toMailConfig(createSources({ env }))).toThrow('MAIL_FROM');
    expect(() => createSources({ env: { MAIL_FROM: 'a@b.c\r\nBcc: d@e.f' } })).toThrow('MAIL_FROM must be');
  });
});
