import { BackendDirectory } from '../../src/modules/models/index.js';
import { AppConfig } from '../../src/config/index.js';
import type { TestGateway } from './create-app.js';
import { readChatStream, type ChatStream } from './sse.js';

/** A JSON request, as any client makes it. */
export const post = (url: string, body: object, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  });

/** A chat completion by the model all fakes have. */
export const askChat = (gateway: TestGateway, body: object = {}, init?: RequestInit): Promise<Response> =>
  post(
    `${gateway.url}/v1/chat/completions`,
    { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], ...body },
    init,
  );

/** Reads a stream to its end and tells what has come of it so far, each time that more has come. */
export function readAlong(response: Response, seen: (text: string) => void): Promise<ChatStream> {
  return readChatStream(tapped(response, seen));
}

/** Resolves when the stream has said this, and goes on reading. */
export function readUntil(
  response: Response,
  text: string,
): { said: Promise<void>; whole: Promise<ChatStream> } {
  let told!: () => void;
  const said = new Promise<void>((resolve) => (told = resolve));
  const whole = readAlong(response, (sofar) => {
    if (sofar.includes(text)) told();
  });
  return { said, whole };
}

/** The id under which the caller knows the answer. */
export const generationOf = (response: Response): string => response.headers.get('x-generation-id') ?? '';

/** Forgets how the backends behaved, as a reload of changed settings does. */
export function resetBreakers({ app }: TestGateway): void {
  const directory = app.get(BackendDirectory);
  directory.load([]);
  directory.load(app.get<AppConfig>(AppConfig).routing.backends);
}

async function* tapped(response: Response, seen: (text: string) => void): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body!) {
    seen((text += decoder.decode(bytes, { stream: true })));
    yield bytes;
  }
}
