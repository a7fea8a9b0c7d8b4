/** Any JSON value, as OpenAPI says it. */
export const ANY_JSON = {
  nullable: true,
  oneOf: [
    { type: 'string' },
    { type: 'object' },
    { type: 'array', items: {} },
    { type: 'number' },
    { type: 'boolean' },
  ],
};
