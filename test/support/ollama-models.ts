import { createHash } from 'node:crypto';

/** A model a fake Ollama has pulled. */
export interface OllamaModel {
  readonly name: string;
  readonly capabilities: readonly string[];
}

/** What a fake Ollama has pulled unless told otherwise. */
export const DEFAULT_OLLAMA_MODELS: readonly OllamaModel[] = [
  { name: 'llama3.2:latest', capabilities: ['completion', 'tools'] },
  { name: 'qwen3:8b', capabilities: ['completion', 'tools', 'thinking'] },
  { name: 'nomic-embed-text:latest', capabilities: ['embedding'] },
];

interface LoadedModel {
  readonly model: OllamaModel;
  readonly contextLength: number;
}

/** The models of a fake Ollama: which it has, and which are in memory. */
export class OllamaModels {
  private readonly loaded = new Map<string, LoadedModel>();

  constructor(private readonly pulled: readonly OllamaModel[] | 'any') {}

  /** Whether a request may name it; a name without a tag means `latest`. */
  has(name: string): boolean {
    return this.pulled === 'any' || this.find(name) !== undefined;
  }

  load(name: string, contextLength = 4096): void {
    const model = this.find(name) ?? { name: withTag(name), capabilities: ['completion'] };
    this.loaded.set(model.name, { model, contextLength });
  }

  unload(name: string): void {
    this.loaded.delete(withTag(name));
  }

  /** The body of `/api/tags`. */
  tags(): object {
    const pulled = this.pulled === 'any' ? DEFAULT_OLLAMA_MODELS : this.pulled;
    return {
      models: pulled.map((model) => ({
        name: model.name,
        model: model.name,
        modified_at: '2026-01-02T03:04:05.678912345Z',
        size: 2_019_393_189,
        digest: digestOf(model),
        details: DETAILS,
        capabilities: model.capabilities,
      })),
    };
  }

  /** The body of `/api/ps`. */
  running(): object {
    return {
      models: [...this.loaded.values()].map(({ model, contextLength }) => ({
        name: model.name,
        model: model.name,
        size: 3_462_877_184,
        digest: digestOf(model),
        details: DETAILS,
        expires_at: '2026-01-02T03:09:05.678912345Z',
        size_vram: 3_462_877_184,
        context_length: contextLength,
      })),
    };
  }

  private find(name: string): OllamaModel | undefined {
    if (this.pulled === 'any') return undefined;
    return this.pulled.find((model) => model.name === withTag(name));
  }
}

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '3.2B',
  quantization_level: 'Q4_K_M',
};

function withTag(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

function digestOf(model: OllamaModel): string {
  return createHash('sha256').update(model.name).digest('hex');
}
