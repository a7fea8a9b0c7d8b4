import type { Exchange } from './exchange.js';
import { FakeModelServer } from './fake-model-server.js';
import type { RecordedRequest } from './recorded-request.js';

/** What a fake agent answers: reasoning first, then text, then tool calls. */
export interface AgentAnswer {
  readonly pieces?: readonly string[];
  readonly reasoning?: readonly string[];
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Ends the answer with this error. */
  readonly error?: string;
  /** Says no token before the end. */
  readonly onlyFinal?: boolean;
}

const DEFAULT_ANSWER: AgentAnswer = { pieces: ['Hello', ' from', ' the', ' agent', '.'] };

/** A service that runs agents: `/agent/stream`, `/agent/cancel/…` and `/health`. Scripts serve the first of them. */
export class FakeAgentInstance extends FakeModelServer {
  readonly streamHeaders = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Generation-ID': 'gen-1' };
  /** Ids that were cancelled. */
  readonly cancelled: string[] = [];

  /** Each answer serves one request, in order; the last one stays in force. */
  answer(answer: AgentAnswer): void {
    this.script((exchange) => this.give(exchange, answer));
  }

  piecePayload(_request: RecordedRequest, text: string): string {
    return JSON.stringify({ token: text, text });
  }

  endPayloads(): readonly string[] {
    return [this.finalPayload({})];
  }

  errorPayload(message: string): string {
    return JSON.stringify({ error: message });
  }

  toWire(payload: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from('data: '), Buffer.from(payload), Buffer.from('\n\n')]);
  }

  protected override handle(exchange: Exchange): Promise<void> | void {
    const { method, path } = exchange.request;
    if (method === 'GET' && path === '/health')
      return exchange.respond(200, JSON_TYPE, '{"status":"ok","version":"4.0"}');
    if (method === 'POST' && path === '/agent/stream')
      return this.runScript(exchange, () => this.give(exchange, DEFAULT_ANSWER));
    if (method === 'POST' && path.startsWith('/agent/cancel/')) {
      this.cancelled.push(path.slice('/agent/cancel/'.length));
      return exchange.respond(200, JSON_TYPE, '{"cancelled":true}');
    }
    return exchange.respond(404, JSON_TYPE, '{"error":"not found"}');
  }

  private give(exchange: Exchange, answer: AgentAnswer): Promise<void> {
    const { reasoning = [], toolCalls = [], error, onlyFinal } = answer;
    const pieces = onlyFinal ? [] : (answer.pieces ?? []);
    const frames = [
      ...reasoning.map((text) => ({ reasoning: text })),
      ...pieces.map((token, i) => ({ token, text: pieces.slice(0, i + 1).join('') })),
      ...toolCalls.map((call, index) => ({ tool_call: { index, ...call } })),
    ];
    const lines = frames.map((frame) => [this.toWire(JSON.stringify(frame))]);
    const ending = error === undefined ? this.finalPayload(answer) : this.errorPayload(error);
    return this.stream(exchange, lines, [this.toWire(ending)]);
  }

  private finalPayload({
    pieces = [],
    toolCalls,
    promptTokens = 1,
    completionTokens = 2,
  }: AgentAnswer): string {
    return JSON.stringify({
      final: true,
      text: pieces.join(''),
      ...(toolCalls && { finish_reason: 'tool_calls' }),
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      },
      generation_id: 'gen-1',
    });
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
