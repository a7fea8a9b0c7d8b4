/** A page as somebody without scripts sees it. */
export interface SeenPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** Follows redirects within one origin, keeps cookies, and sends the forms it is shown: a browser without scripts. */
export class FormBrowser {
  private cookies: Cookie[] = [];

  constructor(private readonly origin: string) {}

  /** Stops at what leads elsewhere: then `url` says where, and nothing was asked there. */
  open(url: string, init: RequestInit = {}): Promise<SeenPage> {
    return this.follow(new URL(url, this.origin), init);
  }

  /** Sends the form of a page, with the value of the button that is pressed among the fields. */
  submit({ url, text }: SeenPage, fields: Record<string, string>): Promise<SeenPage> {
    const action = /<form[^>]*\saction="([^"]*)"/.exec(text)?.[1];
    if (action === undefined) throw new Error(`There is no form on ${url}: ${text.slice(0, 2000)}`);
    const body = new URLSearchParams();
    for (const [input] of text.matchAll(/<input[^>]*(?:type="hidden"| hidden )[^>]*>/g))
      body.set(attribute(input, 'name'), attribute(input, 'value'));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.follow(new URL(unescape(action), url), { method: 'POST', body });
  }

  /** By their names. */
  get kept(): ReadonlyMap<string, string> {
    return new Map(this.cookies.map(({ name, value }) => [name, value]));
  }

  forget(): void {
    this.cookies = [];
  }

  private async follow(start: URL, init: RequestInit): Promise<SeenPage> {
    let url = start;
    let asked = init;
    for (let hop = 0; hop < 10; hop += 1) {
      if (url.origin !== this.origin) return { url: url.href, status: 0, headers: new Headers(), text: '' };
      const response = await fetch(url, {
        ...asked,
        redirect: 'manual',
        headers: { accept: 'text/html', ...asked.headers, cookie: this.cookiesFor(url) },
      });
      for (const line of response.headers.getSetCookie()) this.keep(line);
      const location = response.headers.get('location');
      if (location === null) {
        const { status, headers } = response;
        return { url: url.href, status, headers, text: await response.text() };
      }
      await response.arrayBuffer();
      url = new URL(location, url);
      asked = {};
    }
    throw new Error(`Too many redirects, the last one to ${url.href}`);
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    this.cookies = this.cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    if (value !== '') this.cookies.push({ name, value, path });
  }

  private cookiesFor({ pathname }: URL): string {
    return this.cookies
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}

const attribute = (tag: string, name: string): string =>
  unescape(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

const unescape = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => CHARACTERS[name]!);

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
