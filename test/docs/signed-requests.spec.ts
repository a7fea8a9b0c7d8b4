import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SENSITIVE } from '../../src/app.policies.js';
import { GatewayError } from '../../src/common/errors/gateway.error.js';
import { proofText } from '../../src/modules/identity/devices/proof-text.js';
import { isSignedBy } from '../../src/modules/identity/signatures/ed25519.js';
import { readSignature } from '../../src/modules/identity/signatures/read-signature.js';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { DEVICE_GATEWAY_KINDS, type DeviceGateway, Phone } from '../integration/devices-support.js';

const run = promisify(execFile);
const page = await readFile('docs/signed-requests.md', 'utf8');
const devicesPage = await readFile('docs/devices.md', 'utf8');

const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) =>
    code!.trimEnd(),
  );

describe('docs/signed-requests.md', () => {
  describe('has a client that', () => {
    let gateway: DeviceGateway;

    beforeAll(async () => {
      gateway = await DEVICE_GATEWAY_KINDS[0]!.open();
    });
    afterAll(() => gateway.close());

    it('is understood as it stands', async () => {
      const phone = await Phone.register(gateway, 'ada@example.org');
      const env = {
        CITADEL_URL: gateway.url,
        DEVICE_ID: phone.id,
        DEVICE_KEY: phone.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      };
      const [script] = blocksOf(page, 'js');
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script!], { env });
      expect(stdout).toBe('201 read write\n200 1\n');
    });
  });

  it('names every route that has to be signed', () => {
    const [, list = ''] = /are \*\*sensitive\*\*(.*?)\n- /s.exec(page) ?? [];
    const named = [...list.matchAll(/`([A-Z]+ \/\S+)`/g)].map(([, route]) => route);
    expect(named.sort()).toEqual([...SENSITIVE].map((route) => route.replace(/:(\w+)/g, '{$1}')).sort());
  });

  describe('has a test vector', () => {
    const [request, ...signed] = blocksOf(page, 'http') as [string, string, string];
    const [head, body] = request.split('\n\n') as [string, string];
    const [line, ...lines] = head.split('\n') as [string, ...string[]];
    const [method, url] = line.split(' ');
    const signer = Signer.of(/Secret key:\s`(\w{64})`/.exec(page)![1]!);
    const headOf = (more: string) => {
      const entries = [...lines, ...more.split('\n')].map((each) => /^([^:]+): (.*)$/.exec(each)!.slice(1));
      return {
        method,
        url,
        rawHeaders: entries.flat(),
        headers: Object.fromEntries(entries.map(([name, value]) => [name!.toLowerCase(), value])),
      };
    };

    it('of a key of RFC 8032', () => {
      expect(page).toContain(`\`${signer.publicKey}\``);
    });

    it.each([
      ['the simple form', 0, 332],
      ['RFC 9421', 1, 410],
    ])('for %s', (_, index, bytes) => {
      const claim = readSignature(headOf(signed[index]!), 'citadel-gateway', 1_795_219_200_000);
      if (claim instanceof GatewayError) throw claim;
      const base = claim.baseOf(Buffer.from(body));
      expect(base?.toString()).toBe(blocksOf(page, 'text')[index]);
      expect(base).toHaveLength(bytes);
      expect(isSignedBy(signer.rawKey, base!, claim.signature)).toBe(true);
      expect(signer.sign(base!)).toEqual(claim.signature);
    });
  });
});

describe('docs/devices.md', () => {
  it('shows the proofs as they are', () => {
    const audience = 'citadel-gateway';
    const key = '<key>';
    expect(blocksOf(devicesPage, 'text')).toEqual([
      proofText('device-verification', audience, {
        device: '<device_id of the registration>',
        challenge: '<challenge of the registration>',
        'public-key': key,
      }).toString(),
      proofText('device-pairing', audience, { code: '<code of the pairing>', 'public-key': key }).toString(),
      proofText('key-rotation', audience, {
        device: '<id>',
        timestamp: '<timestamp of the body>',
        'old-key': key,
        'new-key': key,
      }).toString(),
    ]);
  });
});
