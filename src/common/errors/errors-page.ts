import { ERROR_CATALOGUE } from './error-catalogue.js';

const HEAD = `# Errors

Made from \`src/common/errors/error-catalogue.ts\` by \`npm run docs\`.

Under \`/v1\` an error is \`{"error":{"message","type","param","code"}}\`, all four keys always there; \`param\` names the field
at fault or is null. Elsewhere under \`/api\`, \`/agent\`, \`/workflow\` and \`/streaming\` it is
\`{"error":"<code>","message","status_code"}\`; under \`/oauth\` \`{"error","error_description"}\`; under \`/api/mcp\` a JSON-RPC error;
on Ollama's own routes \`{"error":"text"}\`. Every answer carries \`X-Request-Id\`, which the log knows too.

When a stream has begun, the error is a frame in the stream's own dialect and no \`[DONE]\` follows. Status 499 is
what a caller sees whose generation somebody else stopped.

| code | status | type | meaning |
| --- | --- | --- | --- |
`;

/** `docs/errors.md`, in the order of the catalogue. */
export function renderErrorsPage(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { status, type, meaning }]) => `| \`${code}\` | ${status} | \`${type}\` | ${meaning} |`,
  );
  return `${HEAD}${rows.join('\n')}\n`;
}
