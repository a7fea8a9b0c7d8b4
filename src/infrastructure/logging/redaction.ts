const SECRET_FIELDS = ['authorization', 'cookie', 'x-api-key', 'x-signature', 'password', 'apiKey', 'token', 'secret', 'prompt', 'messages'];

/** Fields that never reach a log line, at the top and one level down. */
export const REDACTED_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) => {
  const key = field.includes('-') ? `["${field}"]` : field;
  return field.includes('-') ? [key, `*${key}`] : [key, `*.${key}`];
});
