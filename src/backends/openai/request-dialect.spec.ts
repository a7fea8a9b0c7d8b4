import { describe, expect, it } from 'vitest';
import {
  AZURE,
  CEREBRAS,
  COMPATIBLE,
  GEMINI,
  GROQ,
  MISTRAL,
  OPENAI,
  OPENROUTER,
  REMOTE,
  THOUGHTFUL,
  ZHIPU,
  toRequestDialect,
  withheldBy,
} from './request-dialect.js';

describe(toRequestDialect.name, () => {
  it.each([
    ['https://api.openai.com/v1', OPENAI],
    ['https://eu.api.openai.com/v1', OPENAI],
    ['https://ours.openai.azure.com/openai/v1', AZURE],
    ['https://ours.services.ai.azure.com/openai/v1', AZURE],
    ['https://openai.azure.com.example/v1', REMOTE],
    ['https://api.mistral.ai/v1', MISTRAL],
    ['https://codestral.mistral.ai/v1', MISTRAL],
    ['https://notapi.openai.com.example/v1', REMOTE],
    ['https://myapi.openai.com/v1', REMOTE],
    ['https://myapi.mistral.ai/v1', REMOTE],
    ['https://generativelanguage.googleapis.com/v1beta/openai', GEMINI],
    ['https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi', GEMINI],
    ['https://storage.googleapis.com/v1', REMOTE],
    ['https://api.deepseek.com', THOUGHTFUL],
    ['https://api.moonshot.cn/v1', THOUGHTFUL],
    ['https://api.cerebras.ai/v1', CEREBRAS],
    ['https://api.groq.com/openai/v1', GROQ],
    ['https://api.groq.company.example/v1', REMOTE],
    ['https://openrouter.ai/api/v1', OPENROUTER],
    ['https://open.bigmodel.cn/api/paas/v4', ZHIPU],
    ['https://api.z.ai/api/paas/v4', ZHIPU],
    ['http://host:8000/v1', COMPATIBLE],
    ['http://gpu.lan/v1', COMPATIBLE],
    ['http://vllm.models.svc.cluster.local/v1', COMPATIBLE],
    ['http://127.0.0.1:8000/v1', COMPATIBLE],
    ['http://10.1.2.3:8000/v1', COMPATIBLE],
    ['http://172.31.0.1/v1', COMPATIBLE],
    ['http://[::1]:8000/v1', COMPATIBLE],
    ['http://[fd00::7]/v1', COMPATIBLE],
    ['http://172.32.0.1/v1', REMOTE],
    ['http://[2001:db8::1]/v1', REMOTE],
    ['https://10.example.com/v1', REMOTE],
    ['https://proxy.example/api.openai.com/v1', REMOTE],
  ])('%s', (url, dialect) => {
    expect(toRequestDialect(url)).toBe(dialect);
  });

  it('takes thoughts back where settings say so', () => {
    expect(toRequestDialect('https://api.groq.com/openai/v1', { earlierReasoning: ['reasoning'] })).toEqual({
      ...GROQ,
      thoughts: ['reasoning'],
    });
    expect(toRequestDialect('http://host:8000/v1', { earlierReasoning: [] })).toEqual({
      ...COMPATIBLE,
      thoughts: [],
    });
  });
});

describe('fields that are passed on as they are', () => {
  it('are those that the settings name, besides those that a server is known to take', () => {
    const passedTo = (url: string) => toRequestDialect(url, { passes: ['min_tokens'] }).passes;
    expect(passedTo('http://host:8000/v1')).toEqual(['logit_bias', 'min_tokens']);
    expect(passedTo('https://api.mistral.ai/v1')).toEqual(['min_tokens']);
  });
});

describe(withheldBy.name, () => {
  it('names what a server is not told', () => {
    const local = ['top_k', 'min_p', 'repetition_penalty', 'repeat_penalty', 'chat_template_kwargs'];
    expect([...withheldBy(COMPATIBLE)]).toEqual([]);
    expect([...withheldBy(OPENAI)]).toEqual(local);
    expect([...withheldBy(MISTRAL)]).toEqual([
      ...local,
      'user',
      'logprobs',
      'top_logprobs',
      'include.message.output_text.logprobs',
    ]);
  });
});
