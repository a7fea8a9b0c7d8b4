import { describe, expect, it } from 'vitest';
import { isRedirectUri } from './redirect-uri.js';

describe(isRedirectUri, () => {
  it.each([
    'https://x.org/cb?a=b',
    'http://127.0.0.1:9/cb',
    'http://[::1]/cb',
    'http://localhost/cb',
    'com.example.app:/done',
  ])('lets codes go to %s', (uri) => {
    expect(isRedirectUri(uri)).toBe(true);
  });

  it.each([
    'http://x.org/cb',
    'http://127.0.0.1.x.org/cb',
    'http://127.0.0.2/cb',
    'https://x.org/cb#part',
    'https://x.org/cb#',
    'https://user:secret@x.org/cb',
    'https://x.org;y/cb',
    'https://x.org/cb\r\nx: y',
    'https://x.org/\tcb',
    ' https://x.org/cb',
    'https://x.org/c b',
    'https://x.org/\u202ecb',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp:/done',
    '/cb',
    '',
  ])('lets none go to %s', (uri) => {
    expect(isRedirectUri(uri)).toBe(false);
  });
});
