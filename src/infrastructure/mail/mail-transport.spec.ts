import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { LogMailTransport } from './log-mail-transport.js';
import type { MailTransport } from './mail-transport.js';
import { NoMailTransport } from './no-mail-transport.js';
import { SmtpMailTransport } from './smtp-mail-transport.js';
import { FakeSmtpServer } from './testing/fake-smtp-server.js';

const MAIL = { to: 'ada@example.org', subject: 'Your code', text: 'It is 12345678.\n' };
const BAD_ADDRESSES = [
  'ada@example.org\r\nBcc: eve@example.org',
  'ada@example.org\nBcc: eve@example.org',
  'ada@example.org\n',
  '\rada@example.org',
  'ada@example.org, eve@example.org',
  'ada@example.org;eve@example.org',
  'Ada <ada@example.org>',
  '<ada@example.org>',
  '"a b"@example.org',
  'ada@example.org> SIZE=1',
  'ada@example..org',
  'ada@',
  '@example.org',
  'ada',
  'ada@exa mple.org',
  'ada@example.org\0',
  `${'a'.repeat(65)}@example.org`,
  '',
];

let server: FakeSmtpServer;
const transportTo = (tls: 'offered' | 'required' | 'implicit', silenceMs?: number): MailTransport =>
  new SmtpMailTransport(
    { kind: 'smtp', from: 'citadel@example.org', host: '127.0.0.1', port: server.port, tls },
    silenceMs,
  );

beforeEach(async () => {
  server = await new FakeSmtpServer().listen();
});
afterEach(() => server.close());

describe(SmtpMailTransport.name, () => {
  it('hands a mail to the server', async () => {
    await transportTo('offered').send(MAIL);
    expect(server.mails).toEqual([
      expect.objectContaining({ from: 'citadel@example.org', to: ['ada@example.org'] }),
    ]);
    expect(server.mailTo('ada@example.org')).toMatch(
      /^Auto-Submitted: auto-generated\r\nFrom: citadel@example\.org\r\nTo: ada@example\.org\r\nSubject: Your code\r\n[^]*\r\n\r\nIt is 12345678\.\r\n$/,
    );
  });

  it('sends nothing over a line that is not encrypted where it has to be', async () => {
    await expect(transportTo('required').send(MAIL)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    await expect(transportTo('implicit').send(MAIL)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    expect(server.mails).toEqual([]);
  });

  it.each(['451 later', '550 never'])(
    'says that it cannot be sent when the server says %s',
    async (answer) => {
      server.answer = answer;
      await expect(transportTo('offered').send(MAIL)).rejects.toMatchObject({
        code: 'dependency_unavailable',
        retryAfterS: 30,
        cause: expect.stringContaining(answer.slice(0, 3)),
      });
    },
  );

  it('does not wait for a server that says nothing', async () => {
    server.isSilent = true;
    await expect(transportTo('offered', 50).send(MAIL)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });

  it('says so when there is no server', async () => {
    const transport = transportTo('offered');
    await server.close();
    await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    server = await new FakeSmtpServer().listen();
  });

  it.each(BAD_ADDRESSES)('refuses the address %j', async (to) => {
    await expect(transportTo('offered').send({ ...MAIL, to })).rejects.toMatchObject({
      code: 'invalid_value',
    });
    expect(server.mails).toEqual([]);
  });

  it('refuses a subject of two lines', async () => {
    const mail = { ...MAIL, subject: 'Your code\r\nBcc: eve@example.org' };
    await expect(transportTo('offered').send(mail)).rejects.toThrow('one line');
    expect(server.mails).toEqual([]);
  });
});

describe(LogMailTransport.name, () => {
  it('shows the mail and that it was not sent', async () => {
    const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    await new LogMailTransport().send(MAIL);
    expect(log.mock.lastCall).toEqual([MAIL, expect.stringContaining('not sent')]);
    log.mockRestore();
  });
});

describe(NoMailTransport.name, () => {
  it('says whose business it is', () => {
    expect(() => new NoMailTransport().requireConfigured()).toThrow('MAIL_SMTP_URL');
  });
});
