/** What a device signs besides requests, with the lines that follow the purpose, in their order. */
export interface ProofLines {
  readonly 'device-verification': { device: string; challenge: string; 'public-key': string };
  readonly 'device-pairing': { code: string; 'public-key': string };
  readonly 'key-rotation': { device: string; timestamp: string; 'old-key': string; 'new-key': string };
}

const ORDER: { readonly [Purpose in keyof ProofLines]: readonly (keyof ProofLines[Purpose])[] } = {
  'device-verification': ['device', 'challenge', 'public-key'],
  'device-pairing': ['code', 'public-key'],
  'key-rotation': ['device', 'timestamp', 'old-key', 'new-key'],
};

/** The text of a proof: lines `name: value` with LF between them, and none at the end. Keys are base64url of 32 bytes. */
export function proofText<Purpose extends keyof ProofLines>(
  purpose: Purpose,
  audience: string,
  lines: ProofLines[Purpose],
): Buffer {
  const text = ORDER[purpose].map((name) => `${String(name)}: ${String(lines[name])}`);
  return Buffer.from(['version: v1', `purpose: ${purpose}`, `audience: ${audience}`, ...text].join('\n'));
}
