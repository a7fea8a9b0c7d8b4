import type { IncomingMessage } from 'node:http';

/** What of a request can be signed besides its body. */
export type SignedHead = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

/** The lines of a header as they came, in their order. */
export function linesOf({ rawHeaders }: SignedHead, name: string): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === name.length && rawHeaders[index]!.toLowerCase() === name)
      lines.push(rawHeaders[index + 1]!);
  return lines;
}

export const authorityOf = ({ headers }: SignedHead): string => (headers.host ?? '').toLowerCase();

/** As it came, up to the question mark. */
export const pathOf = ({ url = '/' }: SignedHead): string => url.split('?', 1)[0]!;

/** As it came, from the question mark on; empty without one. */
export const queryOf = ({ url = '/' }: SignedHead): string => {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
};
