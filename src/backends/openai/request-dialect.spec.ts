import { describe, expect, it } from 'vitest';
import {
  AZURE,
  CEREBRAS,
  COMPATIBLE,
  GEMINI,
  MISTRAL,
  OPENAI,
  STRICT,
  THOUGHTFUL,
  toRequestDialect,
  withheldBy,
} from './request-dialect.js';

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
    ['https://generativelanguage.googleapis.com/v1beta/openai', GEMINI],
    ['https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi', GEMINI],
    ['https://storage.googleapis.com/v1', COMPATIBLE],
    ['https://api.deepseek.com', THOUGHTFUL],
    ['https://api.moonshot.cn/v1', THOUGHTFUL],
    ['https://api.cerebras.ai/v1', CEREBRAS],
    ['https://api.groq.com/openai/v1', STRICT],
    ['https://api.groq.company.example/v1', COMPATIBLE],
    ['http://host:8000/v1', COMPATIBLE],
    ['https://proxy.example/api.openai.com/v1', COMPATIBLE],
  ])('%s', (url, dialect) => {
    expect(toRequestDialect(url)).toBe(dialect);
  });

  it('takes thoughts back where settings say so', () => {
    expect(toRequestDialect('https://api.groq.com/openai/v1', ['reasoning'])).toEqual({
      ...STRICT,
      thoughts: ['reasoning'],
    });
    expect(toRequestDialect('http://host:8000/v1', [])).toEqual({ ...COMPATIBLE, thoughts: [] });
  });
});

describe(withheldBy.name, () => {
  it('names what a server is not told', () => {
    const local = ['top_k', 'min_p', 'repetition_penalty', 'repeat_penalty', 'chat_template_kwargs'];
    expect([...withheldBy(COMPATIBLE)]).toEqual([]);
    expect([...withheldBy(OPENAI)]).toEqual(local);
    expect([...withheldBy(MISTRAL)]).toEqual([...local, 'user']);
  });
});
