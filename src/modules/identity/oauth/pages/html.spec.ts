import { describe, expect, it } from 'vitest';
import { loginPage } from './login-page.js';
import { html } from './html.js';
import { headersOf, renderPage, targetOf } from './page.js';

describe(html, () => {
  it('takes for text whatever it has not written itself', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<b title="${name}">${[html`<i>${name}</i>`]}</b>${undefined}${false}`.text).toBe(
      '<b title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '<i>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</i></b>',
    );
  });
});

describe('a page', () => {
  it('shows names of clients as text', () => {
    const page = loginPage({ client: '<script>x</script>', action: '/', csrf: '"><b>', leadsTo: [] });
    expect(renderPage(page)).not.toMatch(/<script|"><b>/);
  });

  it('leads only where the answer goes', () => {
    expect(targetOf('https://x.org/cb?a')).toEqual(['https://x.org']);
    expect(targetOf('http://127.0.0.1:8080/cb')).toEqual(['http://127.0.0.1:8080']);
    expect(targetOf('com.example.app:/done')).toEqual(['com.example.app:']);
    expect(targetOf("https://x.org;script-src'unsafe-inline'/")).toEqual([]);
    expect(targetOf(undefined)).toEqual([]);
    const page = { title: '', body: html``, leadsTo: ['https://x.org'] };
    expect(headersOf(page)['content-security-policy']).toContain("form-action 'self' https://x.org;");
  });
});
