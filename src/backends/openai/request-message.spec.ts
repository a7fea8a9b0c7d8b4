import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../contracts/generation-request.js';
import {
  AZURE,
  CEREBRAS,
  COMPATIBLE,
  GEMINI,
  MISTRAL,
  OPENAI,
  STRICT,
  THOUGHTFUL,
  type RequestDialect,
} from './request-dialect.js';
import { toRequestMessage } from './request-message.js';

/** As it is sent. */
const sent = (message: ChatMessage, dialect: RequestDialect, model = 'gemini-3-pro-preview') =>
  JSON.parse(JSON.stringify(toRequestMessage(message, dialect, model))) as Record<string, unknown>;

const said: ChatMessage = { role: 'assistant', content: 'Four.', reasoning: '2 + 2' };

describe(toRequestMessage.name, () => {
  describe('gives earlier thoughts back', () => {
    it('to servers that take them, where they look for them', () => {
      const plain = { role: 'assistant', content: 'Four.' };
      expect(sent(said, COMPATIBLE)).toEqual({ ...plain, reasoning_content: '2 + 2', reasoning: '2 + 2' });
      expect(sent(said, THOUGHTFUL)).toEqual({ ...plain, reasoning_content: '2 + 2' });
      expect(sent(said, CEREBRAS)).toEqual({ ...plain, reasoning: '2 + 2' });
    });

    it.each(Object.entries({ OPENAI, AZURE, MISTRAL, GEMINI, STRICT }))(
      'not to those of %s',
      (_, dialect) => {
        expect(sent(said, dialect)).toEqual({ role: 'assistant', content: 'Four.' });
      },
    );

    it('blank ones where they were lost and are demanded, of an assistant only', () => {
      const lost: ChatMessage = { role: 'assistant', content: 'Four.' };
      expect(sent(lost, THOUGHTFUL)).toEqual({ ...lost, reasoning_content: ' ' });
      expect(sent({ ...lost, reasoning: '' }, THOUGHTFUL)).toEqual({ ...lost, reasoning_content: ' ' });
      expect(sent({ role: 'user', content: '2 + 2?' }, THOUGHTFUL)).not.toHaveProperty('reasoning_content');
      expect(sent(lost, COMPATIBLE)).toEqual(lost);
    });
  });

  describe('gives back what was said of a call besides', () => {
    const signature = { google: { thought_signature: 'c2ln' } };
    const blank = { google: { thought_signature: 'skip_thought_signature_validator' } };
    const called = (...extras: (typeof signature | undefined)[]): ChatMessage => ({
      role: 'assistant',
      content: null,
      toolCalls: extras.map((extra, index) => ({
        id: `c${index}`,
        name: 'f',
        arguments: '{}',
        ...(extra && { extra }),
      })),
    });
    const extras = (message: ChatMessage, dialect: RequestDialect, model?: string) =>
      (sent(message, dialect, model).tool_calls as { extra_content?: unknown }[]).map(
        ({ extra_content }) => extra_content,
      );

    it('to servers that take it', () => {
      expect(extras(called(signature, undefined), GEMINI)).toEqual([signature, undefined]);
      expect(extras(called(signature), COMPATIBLE)).toEqual([signature]);
    });

    it('not to those that would refuse it', () => {
      for (const dialect of [OPENAI, AZURE, MISTRAL, STRICT, THOUGHTFUL, CEREBRAS])
        expect(extras(called(signature), dialect)).toEqual([undefined]);
    });

    it('a word for its loss to models that sign, with the first call', () => {
      expect(extras(called(undefined, undefined), GEMINI)).toEqual([blank, undefined]);
      expect(extras(called(undefined), GEMINI, 'google/gemini-3.1-flash')).toEqual([blank]);
      expect(extras(called(undefined), GEMINI, 'gemini-2.5-flash')).toEqual([undefined]);
      expect(extras(called(undefined), COMPATIBLE)).toEqual([undefined]);
    });
  });

  it('writes how closely an image is to be looked at, where that was said', () => {
    const image = { type: 'image', mediaType: 'image/png', base64: 'aGk=' } as const;
    expect(sent({ role: 'user', content: [image, { ...image, detail: 'low' }] }, COMPATIBLE).content).toEqual(
      [
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=', detail: 'low' } },
      ],
    );
  });
});
