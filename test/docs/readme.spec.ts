import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { authorizationOf } from '../support/sign-in.js';

const run = promisify(execFile);
const readme = await readFile('README.md', 'utf8');

const blocksOf = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) => code!);

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await createGateway({ CITADEL_ENV: 'development', DEFAULT_MODEL: 'phi3' });
});
afterAll(() => gateway.close());

/** The README's address, where the example would find the gateway. */
const here = (code: string) => code.replaceAll('http://127.0.0.1:8002', gateway.url);

describe('README.md', () => {
  it('begins with the two commands', () => {
    expect(blocksOf('sh')[0]).toMatch(/^npm start .*\nnpm test /);
  });

  it('streams a completion by curl, in the form it shows', async () => {
    const curl = blocksOf('sh').find((code) => code.startsWith('curl'))!;
    const { stdout } = await run('bash', ['-c', here(curl)]);
    const shown = readme.match(/^data: .*$/gm)!.map((line) => line.replaceAll('…', ''));
    expect(shown).toHaveLength(3);
    expect(stdout).toMatch(
      /^data: {"id":"chatcmpl-\w+","object":"chat\.completion\.chunk".*"delta":{"role":"assistant","content":""}/,
    );
    expect(stdout).toContain('"delta":{"content":"Hello!"}');
    expect(stdout.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('asks with a token', async () => {
    const asked = blocksOf('sh').find((code) => code.startsWith('TOKEN='))!;
    const { authorization } = await authorizationOf(gateway, { role: 'admin' });
    const token = authorization.replace('Bearer ', '');
    const script = here(asked).replace(/\$\(npx p8fs-auth .*\)/, token);
    const { stdout } = await run('bash', ['-c', script]);
    expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion', model: 'phi3' });
  });

  it('streams with the official client', async () => {
    const [script] = blocksOf('js');
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', here(script!)]);
    expect(stdout).toBe("Hello! I'm a simulated AI assistant. How can I help you today?");
  });

  it('goes on with a stream that was lost', async () => {
    const [, script] = blocksOf('js');
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', here(script!)]);
    expect(stdout.match(/^id: chatcmpl-\w+:(\d+)$/m)?.[1]).toBe('1');
    expect(stdout).not.toContain('Hello!');
    expect(stdout).toContain('"content":" today?"');
    expect(stdout.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});
