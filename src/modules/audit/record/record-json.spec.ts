import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../contracts/generation-request.js';
import { fromWireBytes } from '../../../contracts/wire-text.js';
import { BEGIN, ENDED_AT, textOf } from '../testing/recorded-text.js';
import { askedJson, readAsked } from './asked.js';
import { interruptedJson } from './ended.js';

interface Message {
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
}

interface Row {
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly asked: Record<string, unknown>;
  readonly ended: Record<string, unknown>;
  readonly history: number;
  readonly request: Message[];
  readonly answers: Message[];
}

const rowOf = (...asked: Parameters<typeof textOf>) => JSON.parse(fromWireBytes(textOf(...asked))) as Row;

describe('the record of a generation', () => {
  it('says who asked which model when, and all that is known of the generation', () => {
    expect(rowOf({}, { agent: 'helper' })).toEqual({
      user_id: 'ada',
      model_name: 'llama3',
      title: 'Hello',
      created_at: '2026-07-01T10:00:00.000Z',
      updated_at: '2026-07-01T10:00:02.000Z',
      session_id: null,
      asked: {
        generation_id: 'gen-1',
        request_id: 'req-1',
        tenant: 'default',
        route: '/v1/chat/completions',
        kind: 'chat',
        agent: 'helper',
        profile: 'generic',
        stream: true,
      },
      ended: {
        status: 'finished',
        finish_reasons: ['stop'],
        backend: 'ollama',
        backend_model: 'llama3:8b',
        attempts: 1,
        usage: { prompt_tokens: 3, completion_tokens: 2, estimated: true },
        generated_pieces: 2,
        delivered_pieces: 1,
        first_token_ms: 10,
        duration_ms: 2_000,
      },
      history: 0,
      request: [{ role: 'user', content: 'Hello', metadata: {}, created_at: '2026-07-01T10:00:00.000Z' }],
      answers: [
        {
          role: 'assistant',
          content: 'Good day',
          metadata: { choice: 0, finish_reason: 'stop' },
          created_at: '2026-07-01T10:00:02.000Z',
        },
      ],
    });
  });

  it('says why a generation failed or was cancelled, and marks what came of it', () => {
    const failed = rowOf({
      outcome: {
        status: 'failed',
        failure: { code: 'upstream_incomplete', message: 'Broke off.', detail: 'secret' },
      },
    });
    expect(failed.ended).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_incomplete', message: 'Broke off.' },
    });
    expect(JSON.stringify(failed)).not.toContain('secret');
    expect(failed.answers[0]).toMatchObject({
      role: 'assistant',
      content: 'Good day',
      metadata: { partial: true },
    });

    const cancelled = rowOf({
      outcome: { status: 'cancelled', reason: 'client_gone' },
      answers: () => [{ text: '' }],
    });
    expect(cancelled.ended).toMatchObject({ status: 'cancelled', reason: 'client_gone' });
    expect(cancelled.answers).toEqual([]);
  });

  it('keeps every answer with its reasoning and tool calls', () => {
    const call = { id: 'call-1', name: 'weather', arguments: '{"city":"Paris"}' };
    const { answers } = rowOf({
      outcome: { status: 'finished', finishReasons: ['tool_calls', 'length'] },
      answers: () => [
        { text: '', toolCalls: [call] },
        { text: 'Sun', reasoning: 'It is July.' },
      ],
    });
    expect(answers.map(({ content, metadata }) => [content, metadata])).toEqual([
      ['', { choice: 0, finish_reason: 'tool_calls', tool_calls: [call] }],
      ['Sun', { choice: 1, finish_reason: 'length', reasoning: 'It is July.' }],
    ]);
  });

  it('keeps a refusal as what was said, and says that it is one', () => {
    const { answers } = rowOf({
      outcome: { status: 'finished', finishReasons: ['stop'] },
      answers: () => [{ text: 'No.', refusal: 'No.' }],
    });
    expect(answers.map(({ content, metadata }) => [content, metadata])).toEqual([
      ['No.', { choice: 0, finish_reason: 'stop', refused: true }],
    ]);
  });

  it('keeps parts as JSON, and of images only what they can be recognised by', () => {
    const bytes = Buffer.from('not really a picture');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { title, request } = rowOf(
      {},
      {
        inputs: [
          {
            kind: 'chat',
            messages: [
              {
                role: 'user',
                content: [
                  { type: 'text', text: 'What is this?' },
                  { type: 'image', mediaType: 'image/png', base64: bytes.toString('base64') },
                ],
              },
            ],
          },
        ],
      },
    );
    expect(title).toBe('What is this?');
    expect(request[0]?.metadata).toMatchObject({ parts: true });
    expect(JSON.parse(request[0]?.content ?? '')).toEqual([
      { type: 'text', text: 'What is this?' },
      { type: 'image', media_type: 'image/png', bytes: bytes.length, sha256 },
    ]);
  });

  it('keeps tool messages and assistant turns without text', () => {
    const call = { id: 'call-1', name: 'weather', arguments: '{}' };
    const { title, request } = rowOf(
      {},
      {
        inputs: [
          {
            kind: 'chat',
            messages: [
              { role: 'assistant', content: null, reasoning: 'Ask.', toolCalls: [call] },
              { role: 'tool', content: '21 °C', toolCallId: 'call-1', name: 'weather' },
            ],
          },
        ],
      },
    );
    expect(title).toBeNull();
    expect(request.map(({ content, metadata }) => [content, metadata])).toEqual([
      ['', { reasoning: 'Ask.', tool_calls: [call] }],
      ['21 °C', { tool_call_id: 'call-1', name: 'weather' }],
    ]);
  });

  it('keeps a prompt as what the user said', () => {
    const { title, request } = rowOf(
      {},
      { inputs: [{ kind: 'prompt', prompt: `\n${'x'.repeat(100)}`, suffix: 'end' }] },
    );
    expect(title).toBe('x'.repeat(80));
    expect(request[0]).toMatchObject({
      role: 'user',
      content: `\n${'x'.repeat(100)}`,
      metadata: { suffix: 'end' },
    });
  });

  it('cuts names to what their columns hold', () => {
    const { user_id, model_name } = rowOf({}, { userId: 'ü'.repeat(300), model: 'm'.repeat(300) });
    expect(user_id).toBe('ü'.repeat(255));
    expect(model_name).toBe('m'.repeat(255));
  });

  it('says how much of a named conversation is repeated by the request', () => {
    const messages = ['user', 'assistant', 'user'].map((role) => ({ role, content: role })) as ChatMessage[];
    expect(rowOf({}, { session: 's', inputs: [{ kind: 'chat', messages }] }).history).toBe(2);
    expect(rowOf({}, { session: 's', inputs: [{ kind: 'prompt', prompt: 'x' }] }).history).toBe(0);
    expect(rowOf({}, { inputs: [{ kind: 'chat', messages }] }).history).toBe(0);
  });

  it('is whole without an end, when nobody saw one', () => {
    const record = JSON.parse(askedJson(readAsked(BEGIN)) + interruptedJson(ENDED_AT)) as Row;
    expect(record).toMatchObject({
      user_id: 'ada',
      updated_at: '2026-07-01T10:00:02.000Z',
      ended: { status: 'interrupted' },
      answers: [],
    });
  });
});
