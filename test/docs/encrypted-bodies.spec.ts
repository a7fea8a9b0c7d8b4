import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/common/errors/gateway.error.js';
import { DeviceEncryption } from '../../src/modules/identity/encryption/device-encryption.js';
import { EncryptionKey } from '../../src/modules/identity/encryption/encryption-key.js';
import { exchangeText } from '../../src/modules/identity/encryption/exchange-key.js';
import { EncryptedExchange } from '../../src/modules/identity/encryption/testing/encrypted-exchange.js';
import { toPrivateKey } from '../../src/modules/identity/encryption/x25519.js';
import { DEVICE_GATEWAY_KINDS, type DeviceGateway, Phone } from '../integration/devices-support.js';

const run = promisify(execFile);
const page = await readFile('docs/encrypted-bodies.md', 'utf8');

const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) =>
    code!.trimEnd(),
  );

describe('docs/encrypted-bodies.md', () => {
  describe('has a client that', () => {
    let gateway: DeviceGateway;

    beforeAll(async () => {
      gateway = await DEVICE_GATEWAY_KINDS[0]!.open();
    });
    afterAll(() => gateway.close());

    it('is understood as it stands', async () => {
      const phone = await Phone.register(gateway, 'ada@example.org');
      const env = { CITADEL_URL: gateway.url, DEVICE_ID: phone.id, DEVICE_TOKEN: phone.token };
      const [script] = blocksOf('js');
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script!], { env });
      expect(stdout).toBe('200 chat.completion\n400 invalid_value\n');
    });
  });

  describe('has a test vector', () => {
    const [
      secretOfGateway,
      secretOfRequest,
      device,
      audience,
      asked,
      body,
      nonce,
      keyOfRequest,
      keyOfAnswer,
    ] = [...page.slice(page.indexOf('## Test vector')).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
    const [method, target] = asked!.split(' ') as [string, string];
    const [lines, sealedBody, sealedAnswer] = blocksOf('text') as [string, string, string];
    const bytes = (hex: string) => Buffer.from(hex.replaceAll('\n', ''), 'hex');
    const key = new EncryptionKey(toPrivateKey(bytes(secretOfGateway!)));
    const published = JSON.parse(blocksOf('json')[0]!) as { kid: string; x: string };
    const head = { device: device!, method, target };
    const exchange = new EncryptedExchange(published, head, toPrivateKey(bytes(secretOfRequest!)));

    it('of the key that it shows', () => {
      expect(published).toMatchObject({ kid: key.id, x: key.publicKey.toString('base64url') });
    });

    it('of the lines and the keys', () => {
      expect(exchangeText({ ...head, keyId: key.id, audience: audience! }, 'request')).toBe(lines);
      expect(exchange.keyOf('request')).toEqual(bytes(keyOfRequest!));
      expect(exchange.keyOf('answer')).toEqual(bytes(keyOfAnswer!));
    });

    it('of a request, and of an answer', () => {
      expect(bytes(sealedBody)).toHaveLength(88);
      expect(exchange.request(body!, bytes(nonce!))).toEqual(bytes(sealedBody));
      const result = new DeviceEncryption(key, audience!).open(bytes(sealedBody), head);
      if (result instanceof GatewayError) throw result;
      expect(result.body.toString()).toBe(body);
      expect(bytes(sealedAnswer)).toHaveLength(40);
      expect(exchange.answer(200, bytes(sealedAnswer))).toBe('{"ok": true}');
      expect(exchange.answer(200, result.sealAnswer(200, Buffer.from('{"ok": true}')))).toBe('{"ok": true}');
    });
  });
});
