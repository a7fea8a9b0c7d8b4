import type { SignatureInput } from './signature-input.js';
import { authorityOf, linesOf, pathOf, queryOf, type SignedHead } from './signed-head.js';

/** Derived components (RFC 9421, section 2.2) of a request to a server that does not know how it was reached. */
const DERIVED: Readonly<Record<string, (head: SignedHead) => string>> = {
  '@method': ({ method }) => method ?? '',
  '@authority': authorityOf,
  '@path': pathOf,
  '@query': (head) => queryOf(head) || '?',
  '@request-target': ({ url }) => url ?? '',
};

/** The signature base (RFC 9421, section 2.5). Undefined where it names what the request does not have. */
export function messageBase(head: SignedHead, { components, text }: SignatureInput): Buffer | undefined {
  const lines: string[] = [];
  for (const component of components) {
    const value = component.startsWith('@') ? DERIVED[component]?.(head) : fieldOf(head, component);
    if (value === undefined) return undefined;
    lines.push(`"${component}": ${value}`);
  }
  lines.push(`"@signature-params": ${text}`);
  // Node reads heads byte by byte.
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** All lines of a field as one value (section 2.1). */
function fieldOf(head: SignedHead, name: string): string | undefined {
  const lines = linesOf(head, name);
  return lines.length === 0 ? undefined : lines.map((line) => line.trim()).join(', ');
}
