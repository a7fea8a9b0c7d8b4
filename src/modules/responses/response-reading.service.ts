import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { sendWireJson } from '../../common/http/send-json.js';
import type { Principal } from '../../contracts/principal.js';
import { ProfileRegistry } from '../agents/index.js';
import { GenerationControl, WholeAnswerReader } from '../generation/index.js';
import { answerHeaders, streamLog } from '../streaming/index.js';
import type { InputItemsQueryDto, RetrieveQueryDto } from './dto/response-queries.dto.js';
import type { DeletedResponseDto } from './dto/response-answers.dto.js';
import { eachPiece } from './each-piece.js';
import type { InputItem } from './input/input-item.js';
import { type ItemPage, toPage } from './input/to-page.js';
import { BEGUN, toResponseJson } from './output/response-json.js';
import { ResponseWriter } from './output/response-writer.js';
import { toWholeResponse } from './output/whole-response.js';
import type { StoredResponse } from './stored-response.js';
import { StoredResponses } from './stored-responses.js';

/** Codes by which a cancel says that there is nothing left to stop. */
const HAS_ENDED: ReadonlySet<string> = new Set(['already_finished', 'generation_not_found']);

/** Responses that have begun: reads, resumes, cancels and forgets them. */
@Injectable()
export class ResponseReadingService {
  constructor(
    @Inject(StoredResponses) private readonly stored: StoredResponses,
    @Inject(GenerationControl) private readonly control: GenerationControl,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
  ) {}

  /** As it stands, or its stream from where the caller left it. */
  async retrieve(id: string, query: RetrieveQueryDto, caller: Principal, reply: FastifyReply): Promise<void> {
    const found = await this.stored.get(id, caller);
    if (query.stream !== 'true') return answerAsItStands(reply, found);
    const { source, echo } = found;
    const after = query.starting_after === undefined ? undefined : Number(query.starting_after);
    return streamLog({
      reply,
      source,
      profile: eachPiece(this.profiles.get('generic')),
      dialect: {},
      writer: new ResponseWriter(source.head, echo, after),
      opensAtOnce: true,
    });
  }

  /** Stops what runs in the background; of what has ended says how. */
  async cancel(id: string, caller: Principal, reply: FastifyReply): Promise<void> {
    const found = await this.stored.get(id, caller);
    if (!found.background)
      throw new GatewayError('invalid_request', 'Only a response in the background can be cancelled.', {
        param: 'id',
      });
    if (found.source.releasedOutcome === undefined) {
      await this.stop(id, caller);
      await new WholeAnswerReader(found.source).outcome();
    }
    answerAsItStands(reply, found);
  }

  /** Forgets it. What is on record stays there. */
  async delete(id: string, caller: Principal): Promise<DeletedResponseDto> {
    const { background, source } = await this.stored.get(id, caller);
    await this.stored.delete(id, caller);
    // Nobody could read it any more.
    if (background && source.releasedOutcome === undefined) await this.stop(id, caller);
    return { id, object: 'response.deleted', deleted: true };
  }

  async listItems(id: string, query: InputItemsQueryDto, caller: Principal): Promise<ItemPage<InputItem>> {
    return toPage((await this.stored.get(id, caller)).items, query);
  }

  /** Wherever it runs. That it ended meanwhile is as good. */
  private async stop(id: string, caller: Principal): Promise<void> {
    try {
      await this.control.cancel(id, caller);
    } catch (error) {
      if (!(error instanceof GatewayError) || !HAS_ENDED.has(error.code)) throw error;
    }
  }
}

function answerAsItStands(reply: FastifyReply, { source, echo }: StoredResponse): void {
  const outcome = source.releasedOutcome;
  reply.headers(answerHeaders(source));
  sendWireJson(
    reply,
    outcome === undefined ? toResponseJson(source.head, echo, BEGUN) : toWholeResponse(source, outcome, echo),
  );
}
