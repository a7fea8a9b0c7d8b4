import type { WorkflowResultDto } from '../../src/modules/coordinator/dto/workflow-result.dto.js';
import { createGateway, type TestGateway } from './create-app.js';
import { FakeOllama } from './fake-ollama.js';
import { post } from './gateway-calls.js';
import { authorizationOf } from './sign-in.js';

export const MANAGER = { agent: 'product_manager', method: 'execute' };
export const TESTER = { agent: 'qa_engineer', method: 'execute' };
export const OPS = { agent: 'devops_engineer', method: 'execute' };

export type WorkflowAnswer = WorkflowResultDto & { error?: string; message?: string; status_code?: number };

/** Somebody who has workflows run, and the models their agents are. */
export class CoordinatorCalls {
  private constructor(
    readonly gateway: TestGateway,
    readonly ollama: FakeOllama,
    private readonly token: { authorization: string },
  ) {}

  /** A gateway with models of any name, and somebody of the tenant `acme`. */
  static async open(): Promise<CoordinatorCalls> {
    const ollama = await new FakeOllama({ models: 'any' }).listen();
    const gateway = await createGateway({ OLLAMA_URL: ollama.origin });
    return new CoordinatorCalls(gateway, ollama, await authorizationOf(gateway, { tenant: 'acme' }));
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.ollama.close();
  }

  send(path: string, body: object, init: RequestInit = {}): Promise<Response> {
    const headers = { ...this.token, ...init.headers };
    return post(`${this.gateway.url}/api/coordinator/${path}`, body, { ...init, headers });
  }

  async run(path: string, body: object, headers: Record<string, string> = {}) {
    const response = await this.send(path, body, { headers });
    return { response, status: response.status, answer: (await response.json()) as WorkflowAnswer };
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.gateway.url}/api/coordinator/${path}`, { headers: this.token });
    return (await response.json()) as T;
  }

  /** What models were asked since there were so many requests: persona and message, in the order of arrival. */
  asked(since = 0): string[][] {
    return this.ollama.requests
      .slice(since)
      .filter(({ path }) => path === '/api/chat')
      .map(({ body }) => messagesOf(body));
  }

  /** Each agent says its persona's first words and the task's first line, and fails when it is told to. */
  echo(fails: (persona: string) => boolean = () => false): void {
    this.ollama.answer(({ body }) => {
      const [persona, task] = messagesOf(body);
      if (fails(persona!)) return { error: 'out of memory' };
      const name = /You are an? ([a-z ]+)/.exec(persona!)![1]!;
      return { pieces: [`${name}: `, task!.split('\n')[0]!], promptEvalCount: 3, evalCount: 2 };
    });
  }
}

const messagesOf = (body: unknown): string[] =>
  (body as { messages: { content: string }[] }).messages.map(({ content }) => content);
