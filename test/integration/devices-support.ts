import { request as openRequest } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { FakeSmtpServer } from '../../src/infrastructure/mail/testing/fake-smtp-server.js';
import { proofText } from '../../src/modules/identity/devices/proof-text.js';
import {
  type Outgoing,
  type SignatureSettings,
  Signer,
} from '../../src/modules/identity/signatures/testing/signer.js';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { eventually } from '../support/eventually.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { createOnServer, kindsAtHand } from './database-support.js';

const AUDIENCE = 'citadel-gateway';

/** A gateway with a mail server, and its replicas on the same database. */
export interface DeviceGateway extends TestGateway {
  readonly mail: FakeSmtpServer;
  readonly dataSource: DataSource;
  readonly replicas: readonly TestGateway[];
}

export const DEVICE_GATEWAY_KINDS = kindsAtHand<{ kind: string; open: () => Promise<DeviceGateway> }>(
  { kind: 'the embedded database', open: () => openGateways([{}]) },
  { kind: 'two replicas on a PostgreSQL server', open: openOnServer },
);

async function openOnServer(): Promise<DeviceGateway> {
  const database = await createOnServer();
  const redis = hasRedisServer ? await (await RedisProcess.create()).start() : undefined;
  const env = {
    DATABASE_URL: database.config.url,
    ...JWT_KEYS,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
  };
  const gateway = await openGateways([env, env]);
  if (redis !== undefined)
    await eventually(() => gateway.replicas.every(({ app }) => app.get(RedisConnection).ready));
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await redis?.stop();
      await database.remove();
    },
  };
}

/** On the embedded database, with these settings. */
export const openDeviceGateway = (env: Record<string, string>): Promise<DeviceGateway> => openGateways([env]);

/** Replicas with these settings, one each. */
export async function openGateways(envs: readonly Record<string, string>[]): Promise<DeviceGateway> {
  const mail = await new FakeSmtpServer().listen();
  const replicas: TestGateway[] = [];
  for (const env of envs)
    replicas.push(
      await createGateway(
        {
          CITADEL_ENV: 'development',
          DEFAULT_MODEL: 'phi3',
          MAIL_SMTP_URL: mail.url,
          MAIL_FROM: 'citadel@example.org',
          // The tests are wrong on purpose, and all from one address.
          AUTH_FAILURES_PER_MINUTE: '1000000',
          ...env,
        },
        'database',
      ),
    );
  const [first] = replicas as [TestGateway];
  return {
    ...first,
    mail,
    replicas,
    dataSource: first.app.get(DataSource),
    close: async () => {
      for (const replica of replicas) await replica.close();
      await mail.close();
    },
  };
}

/** The answer to a request, with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what comes is what is tested
  readonly body: any;
}

export async function ask(
  url: string,
  method: string,
  { body, headers = {} }: { body?: object | string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** The same with headers as they are given, also several lines of one name. */
export async function askPlainly(
  url: string,
  method: string,
  { body = '', headers }: { body?: string; headers: Record<string, string | string[]> },
): Promise<{ status: number; body: string }> {
  const request = openRequest(url, { method, headers });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, body: await readText(response) };
}

/** As a proxy would say it: each time from another address, so that what is bounded per address does not count. */
export const fromElsewhere = (): Record<string, string> => ({
  'x-forwarded-for': `203.0.${(callers >> 8) & 255}.${callers++ & 255}`,
});
let callers = 0;

export type Form = 'simple' | 'message';

/** A device and the program on it. */
export class Phone {
  private constructor(
    public signer: Signer,
    readonly id: string,
    readonly token: string,
  ) {}

  static of(signer: Signer, { device_id, access_token }: { device_id: string; access_token: string }): Phone {
    return new Phone(signer.as(device_id), device_id, access_token);
  }

  /** One that is registered by mail. */
  static async register(gateway: DeviceGateway, email: string): Promise<Phone> {
    const signer = Signer.generate();
    const headers = fromElsewhere();
    const registered = await ask(`${gateway.url}/oauth/device/register`, 'POST', {
      body: { email, public_key: signer.publicKey, name: 'A phone', type: 'mobile' },
      headers,
    });
    if (registered.status !== 202) throw new Error(JSON.stringify(registered.body));
    const verified = await ask(`${gateway.url}/oauth/device/verify`, 'POST', {
      body: {
        device_id: registered.body.device_id,
        code: codeIn(gateway.mail.mailTo(email)),
        proof: verificationProof(signer, registered.body),
      },
      headers,
    });
    if (verified.status !== 200) throw new Error(JSON.stringify(verified.body));
    return Phone.of(signer, verified.body);
  }

  /** One that is joined by the code of a pairing. */
  static async pair(url: string, code: string): Promise<Phone> {
    const signer = Signer.generate();
    const paired = await ask(`${url}/oauth/device/pair`, 'POST', {
      body: {
        code,
        public_key: signer.publicKey,
        proof: pairingProof(signer, code),
        name: 'Another phone',
        type: 'desktop',
      },
    });
    if (paired.status !== 200) throw new Error(JSON.stringify(paired.body));
    return Phone.of(signer, paired.body);
  }

  headers(
    outgoing: Outgoing,
    form: Form = 'simple',
    settings: SignatureSettings = {},
  ): Record<string, string> {
    return form === 'simple'
      ? this.signer.simple(outgoing, settings)
      : this.signer.message(outgoing, settings);
  }

  /** A signed request. */
  ask(
    url: string,
    method: string,
    {
      body,
      headers = {},
      form = 'simple',
      ...settings
    }: { body?: object; headers?: Record<string, string>; form?: Form } & SignatureSettings = {},
  ): Promise<Answer> {
    const { host, pathname, search } = new URL(url);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const contentType = body === undefined ? undefined : 'application/json';
    const outgoing = { method, authority: host, target: pathname + search, contentType, body: text };
    return ask(url, method, {
      body: text,
      headers: { ...this.headers(outgoing, form, settings), ...headers },
    });
  }
}

export const codeIn = (mail: string | undefined): string => {
  const [code] = /\b\d{8}\b/.exec(mail?.slice(mail.indexOf('\r\n\r\n')) ?? '') ?? [];
  if (code === undefined) throw new Error('There is no code in the mail.');
  return code;
};

export const verificationProof = (
  signer: Signer,
  { device_id, challenge }: { device_id: string; challenge: string },
): string =>
  signer
    .sign(
      proofText('device-verification', AUDIENCE, {
        device: device_id,
        challenge,
        'public-key': signer.publicKey,
      }),
    )
    .toString('base64url');

export const pairingProof = (signer: Signer, code: string): string =>
  signer
    .sign(proofText('device-pairing', AUDIENCE, { code, 'public-key': signer.publicKey }))
    .toString('base64url');

/** The body that exchanges the key of a phone for another one. */
export function rotation(
  { id, signer }: Phone,
  next: Signer,
  { timestamp = Math.floor(Date.now() / 1000), by = signer, proofBy = next } = {},
) {
  const text = proofText('key-rotation', AUDIENCE, {
    device: id,
    timestamp: String(timestamp),
    'old-key': signer.publicKey,
    'new-key': next.publicKey,
  });
  return {
    public_key: next.publicKey,
    timestamp,
    signature: by.sign(text).toString('base64url'),
    proof: proofBy.sign(text).toString('base64url'),
  };
}
