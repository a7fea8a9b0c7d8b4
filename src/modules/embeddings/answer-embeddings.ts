import { cacheUseOf } from '../../common/http/cache-use.js';
import { markIgnoredFields } from '../../common/http/ignored-fields.js';
import { onClientGone } from '../../common/http/on-client-gone.js';
import { sendWireJson } from '../../common/http/send-json.js';
import type { Exchange } from '../../common/http/exchange.js';
import { CompiledDto, type DtoClass } from '../../common/validation/compiled-dto.js';
import { FailureError } from '../../contracts/failure.js';
import type { WireText } from '../../contracts/wire-text.js';
import { toHttpError } from '../models/index.js';
import { toCaller, type EmbeddingCall } from './embedding-call.js';
import { OwnTime } from './own-time.js';
import type { BegunEmbedding, EmbeddingResult, EmbeddingsService } from './embeddings.service.js';

export interface EmbeddingExchange extends Exchange {
  readonly body: object;
  /** What is not in it has no effect. */
  readonly dto: DtoClass;
}

type Asked = Pick<EmbeddingCall, 'model' | 'inputs'> & Partial<Omit<EmbeddingCall, 'cache' | 'caller'>>;

/** Answers one request for vectors. A client that leaves stops what is made for it alone. */
export async function answerEmbeddings(
  service: EmbeddingsService,
  { request, reply, body: asks, dto }: EmbeddingExchange,
  { user, ...asked }: Asked & { readonly user?: string | null },
  render: (result: EmbeddingResult) => WireText,
): Promise<void> {
  let gone: AbortController | undefined;
  let stopListening: (() => void) | undefined;
  const clock = new OwnTime(reply);
  // Of what is cached nothing is to be stopped.
  const toSignal = ({ id, backend }: BegunEmbedding) => {
    reply.headers({ 'x-generation-id': id, 'x-citadel-backend': backend });
    const controller = (gone = new AbortController());
    stopListening = onClientGone(reply, () => controller.abort());
    clock.asked();
    return controller.signal;
  };
  const nothing = { dimensions: undefined, truncate: undefined, keepAlive: undefined, options: undefined };
  try {
    const cache = cacheUseOf(request);
    const call = { ...nothing, ...asked, cache, caller: toCaller(request, user) };
    const result = await service.embed(call, toSignal, () => clock.answered());
    const { id, backend, cached, vectors } = result;
    const { names } = CompiledDto.of(dto);
    markIgnoredFields(reply, asks, (name) => !names.includes(name));
    reply.headers({
      'x-generation-id': id,
      'x-citadel-backend': backend,
      'x-cache': cache !== 'use' ? 'bypass' : cached === vectors.length ? 'hit' : 'miss',
    });
    const body = render(result);
    reply.headers(clock.headers);
    sendWireJson(reply, body);
  } catch (error) {
    // Nobody is there to hear it.
    if (gone?.signal.aborted) return void reply.hijack();
    if (gone !== undefined) reply.headers(clock.headers);
    throw error instanceof FailureError ? toHttpError(error.failure, asked.model) : error;
  } finally {
    stopListening?.();
  }
}
