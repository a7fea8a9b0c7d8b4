import { ERROR_CATALOGUE } from './error-catalogue.js';

const HEAD = `# Errors

Made from \`src/common/errors/error-catalogue.ts\` by \`npm run docs\`.

Under \`/v1\`, and where nothing else is said, an error is \`{"error":{"message","type","param","code"}}\`, all four keys always there;
\`param\` names the field at fault or is null. Under \`/api\`, \`/agent\`, \`/workflow\`, \`/streaming\` and \`/ws\` it is
\`{"error":"<code>","message","status_code"}\`, but under \`/api/mcp\` a JSON-RPC error and on Ollama's own routes \`{"error":"text"}\`;
under \`/oauth\` \`{"error","error_description"}\`. Every answer carries \`X-Request-Id\`, which the log knows too.

\`X-Should-Retry: false\` says that the same request is of no use again within a minute; OpenAI's clients, which ask again and
wait as long as \`Retry-After\` says, keep to it.

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
