/** One member of `Signature-Input` (RFC 9421, section 4.1), read from its canonical spelling only. */
export interface SignatureInput {
  readonly label: string;
  /** Names of what is signed, in their order. */
  readonly components: readonly string[];
  readonly params: ReadonlyMap<string, string | number>;
  /** The spelling itself, which the signature covers as `@signature-params`. */
  readonly text: string;
}

const MEMBER =
  /^([a-z*][a-z0-9_.*-]*)=(\((?:"[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)?\)((?:;[a-z*][a-z0-9_.*-]*=(?:-?\d{1,15}|"(?:[ !#-[\]-~]|\\["\\])*"))*))$/;
const PARAM = /;([a-z*][a-z0-9_.*-]*)=(?:(-?\d{1,15})|"((?:[ !#-[\]-~]|\\["\\])*)")/g;

/**
 * Undefined for another spelling, for several signatures, for components with parameters of their own, and where a
 * component or a parameter stands twice.
 */
export function parseSignatureInput(header: string): SignatureInput | undefined {
  const [, label, text, tail] = MEMBER.exec(header) ?? [];
  if (label === undefined || text === undefined) return undefined;
  const components = text.slice(1, text.indexOf(')')).match(/[a-z0-9@-]+/g) ?? [];
  if (new Set(components).size !== components.length) return undefined;
  const params = new Map<string, string | number>();
  for (const [, name, number, string] of (tail ?? '').matchAll(PARAM)) {
    if (params.has(name!)) return undefined;
    params.set(name!, number === undefined ? string!.replace(/\\(.)/g, '$1') : Number(number));
  }
  return { label, components, params, text };
}
