import { request } from 'node:http';
import { SseParser } from '../support/sse-parser.js';

/** What one client has seen of one answer. */
export interface Transcript {
  /** The generation's id, when the client got to know it. */
  id?: string;
  status?: number;
  text: string;
  /** The end was said: an audit must have it whole. */
  finished: boolean;
  readonly prompt: string;
}

/** Asks once and keeps what comes, until the answer ends or breaks. Never rejects. */
export function ask(url: string, prompt: string, stream: boolean): Promise<Transcript> {
  const transcript: Transcript = { text: '', finished: false, prompt };
  return new Promise((resolve) => {
    const call = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    call.on('error', () => resolve(transcript));
    call.on('response', (response) => {
      transcript.id = response.headers['x-generation-id'] as string | undefined;
      transcript.status = response.statusCode;
      const read = stream ? readStream(transcript) : readWhole(transcript);
      response.on('data', read);
      response.on('error', () => undefined);
      response.on('close', () => resolve(transcript));
    });
    call.end(
      JSON.stringify({
        model: 'sim/crash?tps=400&jitter=0.5',
        stream,
        messages: [{ role: 'user', content: prompt }],
      }),
    );
  });
}

function readStream(transcript: Transcript): (bytes: Buffer) => void {
  const parser = new SseParser();
  return (bytes) => {
    for (const { data } of parser.push(bytes)) {
      if (data === '[DONE]') transcript.finished = true;
      else if (data !== undefined) transcript.text += textOf(data);
    }
  };
}

function readWhole(transcript: Transcript): (bytes: Buffer) => void {
  const parts: Buffer[] = [];
  return (bytes) => {
    parts.push(bytes);
    try {
      const { choices } = JSON.parse(Buffer.concat(parts).toString()) as {
        choices?: { message: { content: string } }[];
      };
      transcript.text = choices?.[0]?.message.content ?? '';
      transcript.finished = choices !== undefined;
    } catch {
      // Not whole yet.
    }
  };
}

function textOf(data: string): string {
  const { choices } = JSON.parse(data) as { choices?: { delta: { content?: string } }[] };
  return choices?.[0]?.delta.content ?? '';
}
