import { describe, expect, it } from 'vitest';
import { AZURE, COMPATIBLE, MISTRAL, OPENAI, toRequestDialect } from './request-dialect.js';

describe(toRequestDialect.name, () => {
  it.each([
    ['https://api.openai.com/v1', OPENAI],
    ['https://eu.api.openai.com/v1', OPENAI],
    ['https://ours.openai.azure.com/openai/v1', AZURE],
    ['https://ours.services.ai.azure.com/openai/v1', AZURE],
    ['https://openai.azure.com.example/v1', COMPATIBLE],
    ['https://api.mistral.ai/v1', MISTRAL],
    ['https://codestral.mistral.ai/v1', MISTRAL],
    ['https://notapi.openai.com.example/v1', COMPATIBLE],
    ['https://myapi.openai.com/v1', COMPATIBLE],
    ['https://myapi.mistral.ai/v1', COMPATIBLE],
    ['http://host:8000/v1', COMPATIBLE],
    ['https://proxy.example/api.openai.com/v1', COMPATIBLE],
  ])('%s', (url, dialect) => {
    expect(toRequestDialect(url)).toBe(dialect);
  });
});
