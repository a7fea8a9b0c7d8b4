import { describe, expect, it } from 'vitest';
import { toSafeText } from './safe-text.js';

describe(toSafeText.name, () => {
  it.each([
    ['max_tokens must be at most 4096 (got 5000)', 'max_tokens must be at most 4096 (got 5000)'],
    ['model "qwen2.5:7b" is too large', 'model "qwen2.5:7b" is too large'],
    ['see https://host.internal/docs?x=1 for more', 'see [address] for more'],
    ['dial tcp 10.9.8.7:11434: refused', 'dial tcp [address]: refused'],
    ['cannot reach ollama:11434, nor model-server:8080', 'cannot reach [address], nor [address]'],
    ['the model llama3:8b wants 70:1', 'the model llama3:8b wants 70:1'],
    ['bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'bad token [secret]'],
    ['dial tcp [fe80::1]:80: refused', 'dial tcp [address]: refused'],
    ['lookup ollama.internal.lan:53 and localhost:11434', 'lookup [address] and [address]'],
    ['open /var/lib/models/blob: no such file', 'open [path]: no such file'],
    ['your sk-abcdefgh12345678 is wrong', 'your [secret] is wrong'],
    ['it broke\n    at run (/srv/app/index.js:1:2)\n    at main', 'it broke'],
    ['one\r\n\ttwo\u0000three', 'one two three'],
    ['<html><body>Bad <b>Gateway</b></body></html>', 'Bad Gateway'],
    ['  ', ''],
    ['refused: password=hunter2', 'refused: password=[secret]'],
    ['api_key: abcd1234efgh', 'api_key: [secret]'],
    ['got {"user":"bob","password":"correct horse","n":1}', 'got {"user":"bob","password":[secret],"n":1}'],
    ["db_password = 'hun,ter2'; Pwd:x", 'db_password = [secret]; Pwd:[secret]'],
    [
      'password: no-secret1, secret: \\"ab cd\\", passphrase: "left op',
      'password: [secret] secret: [secret], passphrase: [secret]',
    ],
    ['aws_secret_access_key=wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key=[secret]'],
    ['Incorrect API key provided: abcd*******efgh.', 'Incorrect API key provided: [secret]'],
    ['Authorization: Basic Ym9iOmh1bnRlcjI=', 'Authorization: Basic [secret]'],
    ['Authorization: Bearer abc', 'Authorization: Bearer [secret]'],
    ['access_token=abcd1234efgh and "token": "1a2b3c4d5e"', 'access_token=[secret] and "token": "[secret]"'],
    ['the id AKIAIOSFODNN7EXAMPLE is unknown', 'the id [secret] is unknown'],
    ['no repo for hf_abcdefghijklmnopqrst', 'no repo for [secret]'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a!', '[secret]!'],
    ['github_pat_11ABCDEFG0abcdefghij_klmnop', '[secret]'],
    ['gsk_abcdefgh12345678, AIzaSyA1234567890abcdefghijklmn', '[secret], [secret]'],
    ['open C:\\Users\\bob\\x.py: denied', 'open [path]: denied'],
    ['in "C:\\Program Files\\Model Server\\x.py:12", line 3', 'in "[path]", line 3'],
    ['open C:\\\\Users\\\\bob\\\\x.py', 'open [path]'],
    ['open C:/Users/bob/x.py', 'open [path]'],
    ['open \\\\files\\models\\x.gguf', 'open [path]'],
    ['thrown in /root/x.js:1', 'thrown in [path]'],
    ['thrown in (/root/x.js:12:5)', 'thrown in ([path])'],
  ])('%j becomes %j', (text, safe) => {
    expect(toSafeText(text)).toBe(safe);
  });

  it.each([
    'max_tokens: 5 is too large',
    "model 'a/b:7b' not found",
    'stream and/or n',
    'password: field required',
    'api_key: must be a string',
    'Incorrect password, or no secret at all',
    'unexpected token: "}" at 5',
    'stop token: |eot_id| (token = 128009), pad_token: unsupported',
    'max_completion_tokens: 1234567890',
    'install hf_transfer or call hf_hub_download',
    'the pattern "\\\\d+\\\\w" is refused',
    'ratio 1:2, or a:b',
    'n: 3, temperature=0.7',
  ])('keeps %j', (text) => {
    expect(toSafeText(text)).toBe(text);
  });

  it('is short, and quick for any text', () => {
    const long = ['a-', '\n', '/a', '<', 'C:\\', 'C:\\a ', 'password', 'password ', 'token=', 'hf_'].map(
      (part) => part.repeat(500_000),
    );
    const { user } = process.cpuUsage();
    for (const text of long) expect(toSafeText(text).length).toBeLessThanOrEqual(301);
    expect((process.cpuUsage().user - user) / 1000).toBeLessThan(1000);
  });
});
