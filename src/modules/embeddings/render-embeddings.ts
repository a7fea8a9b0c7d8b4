import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import type { EmbeddingResult } from './embeddings.service.js';

/** OpenAI's list (API reference, "Create embeddings"). */
export function toOpenAiEmbeddings(
  model: string,
  { vectors, tokens }: EmbeddingResult,
  encoding: 'float' | 'base64',
): WireText {
  const data = vectors.map((vector, index) => {
    const embedding = encoding === 'base64' ? `"${vector.toBase64()}"` : vector.toJson();
    return `{"object":"embedding","index":${index},"embedding":${embedding}}`;
  });
  return (
    `{"object":"list","data":[${data.join(',')}],"model":${toWireJson(model)},` +
    `"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`
  );
}

/** `POST /api/embed` of Ollama's API. */
export function toOllamaEmbed(model: string, { vectors, tokens }: EmbeddingResult, tookMs: number): WireText {
  const embeddings = vectors.map((vector) => vector.toJson()).join(',');
  return (
    `{"model":${toWireJson(model)},"embeddings":[${embeddings}],"total_duration":${Math.round(tookMs * 1e6)},` +
    `"load_duration":0,"prompt_eval_count":${tokens}}`
  );
}

/** `POST /api/embeddings` of Ollama's API, which takes one text. */
export const toOllamaEmbedding = ({ vectors: [vector] }: EmbeddingResult): WireText =>
  `{"embedding":${vector?.toJson() ?? '[]'}}`;
