const CENSOR = '[redacted]';
const MAX_TEXT = 8 * 1024;
const MAX_ITEMS = 50;
const MAX_DEPTH = 6;

/** Fields that hold credentials or what callers said, in lower case and without separators. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'signature',
  'xsignature',
  'password',
  'token',
  'ticket',
  'secwebsocketprotocol',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'secret',
  'clientsecret',
  'clientassertion',
  'codeverifier',
  'devicecode',
  'usercode',
  'passphrase',
  'otp',
  'credentials',
  'prompt',
  'messages',
  // Values of database statements and arguments of commands.
  'parameters',
  'args',
]);

/** Secrets inside of texts, which is where errors carry them. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${CENSOR}`],
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, CENSOR],
  [/\b(?:sk|pk|tk)[-_][\w-]{8,}/g, CENSOR],
  [/([?&](?:prompt|task|context|ticket)=)[^\s&#"']*/gi, `$1${CENSOR}`],
  [/(:\/\/)[^\s/@]*@/g, `$1${CENSOR}@`],
  [
    /\b(authorization|(?:set-)?cookie|x-api-key|api[_-]?key|password|secret|token|ticket)("?\s*[:=]\s*)(?:"[^"]*"|[^\s,;&})\]]+)/gi,
    `$1$2${CENSOR}`,
  ],
];

/** A copy that may be written to the log: without secrets, and no larger than a line should be. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth === MAX_DEPTH) return '[nested]';
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, inner]) => [key, isSecretField(key) ? CENSOR : redact(inner, depth + 1)]),
  );
}

export function redactText(text: string): string {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return SECRET_TEXTS.reduce((said, [pattern, instead]) => said.replace(pattern, instead), short);
}

/** What says where it happened and why. Other fields of errors may hold requests, statements and their values. */
function redactError(error: Error, depth: number): object {
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

const isSecretField = (key: string): boolean => SECRET_FIELDS.has(key.toLowerCase().replace(/[-_]/g, ''));
