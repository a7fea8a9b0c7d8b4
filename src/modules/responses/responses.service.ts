import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { sendWireJson } from '../../common/http/send-json.js';
import type { Exchange } from '../../common/http/exchange.js';
import { AppConfig } from '../../config/index.js';
import type { Principal } from '../../contracts/principal.js';
import { CallDesk, callerOf, sayIgnored, wishesOf, type RouteTerms } from '../chat/index.js';
import { answerHeaders, answerWhole, streamLog } from '../streaming/index.js';
import type { InputTokensDto } from './dto/response-answers.dto.js';
import type { CreateResponseDto } from './dto/create-response.dto.js';
import { MOST_ITEMS, type ResponseInputDto } from './dto/response-input.dto.js';
import { eachPiece } from './each-piece.js';
import { charactersOf } from './input/characters-of.js';
import { estimateTokens } from './input/estimate-tokens.js';
import type { InputItem } from './input/input-item.js';
import { readInput } from './input/read-input.js';
import { requireAnsweredCalls } from './input/require-answered-calls.js';
import { requireSupported } from './input/require-supported.js';
import { toChatBody } from './input/to-chat-body.js';
import { toMessages } from './input/to-messages.js';
import { KNOWN_PARAMETERS } from './known-parameters.js';
import { BEGUN, toResponseJson } from './output/response-json.js';
import { ResponseWriter } from './output/response-writer.js';
import { toWholeResponse } from './output/whole-response.js';
import { toEcho } from './response-echo.js';
import { sentParameters } from './sent-parameters.js';
import { StoredResponses } from './stored-responses.js';
import { offerTools } from './tools/offer-tools.js';
import { toFunctions } from './tools/to-functions.js';

/** A client that waits for a slow model hears that it has begun. */
const OPENS_AFTER_MS = 1_000;

/** OpenAI's Responses API: begins responses and answers with them. They are generations like any other. */
@Injectable()
export class ResponsesService {
  private readonly mostCharacters: number;

  constructor(
    @Inject(AppConfig) { http }: AppConfig,
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(StoredResponses) private readonly stored: StoredResponses,
  ) {
    this.mostCharacters = http.maxChatBodyBytes;
  }

  /** Resolves when the response, or of a stream its beginning, was sent. Rejects with what becomes an HTTP error. */
  async create(dto: CreateResponseDto, exchange: Exchange, terms: RouteTerms): Promise<void> {
    const { request, reply } = exchange;
    const caller = callerOf(request);
    const { agent, onDisconnect } = wishesOf(request);
    const background = dto.background === true;
    requireStored(dto);
    requireSupported(dto);
    const items = await this.conversation(dto, caller.principal);
    const tools = offerTools(dto, items);
    const {
      call,
      generation: source,
      isReplayed,
    } = await this.desk.beginFor(exchange, {
      asked: dto,
      caller,
      wishes: { agent, onDisconnect },
      terms: { ...terms, profile: 'generic', idPrefix: 'resp_', detached: background },
      body: {
        kind: 'chat',
        dto: toChatBody(dto, tools.own, toMessages(dto.instructions, items)),
        isOpenEnded: true,
      },
    });
    sayIgnored(reply, {
      body: sentParameters(dto, tools),
      plan: call.plan,
      isKnown: (name) => KNOWN_PARAMETERS.has(name),
    });
    const { head } = source;
    const spec = this.desk.specify(call);
    const echo = toEcho(dto, tools.own, spec);
    const { owner, profile, userId: user } = spec;
    const whose = { tenant: owner.tenant, user };
    const isStored =
      (dto.store ?? true) && !isReplayed
        ? this.stored.add({ head, owner, profile, ...whose, echo, items, background }, source.ended)
        : undefined;

    if (call.streams) {
      return streamLog({
        reply,
        source,
        profile: eachPiece(call.profile),
        dialect: { opensAfterMs: OPENS_AFTER_MS },
        writer: new ResponseWriter(head, echo),
        opensAtOnce: background,
      });
    }
    // Of one that is asked for again the end may be known.
    if (!background || source.ended)
      return answerWhole(reply, source, (outcome) => toWholeResponse(source, outcome, echo));
    // The next that the client says of this id may be said to another replica.
    await isStored;
    reply.headers(answerHeaders(source, reply));
    sendWireJson(reply, toResponseJson(head, echo, BEGUN));
  }

  /** About how many tokens an input has. No model hears of it. */
  async countInput(dto: ResponseInputDto, caller: Principal): Promise<InputTokensDto> {
    requireSupported(dto);
    const items = await this.conversation(dto, caller);
    const functions = toFunctions(offerTools(dto, items).own);
    const messages = toMessages(dto.instructions, items);
    return { object: 'response.input_tokens', input_tokens: estimateTokens(messages, functions) };
  }

  /** What is said to the model, with what was said before. */
  private async conversation(dto: ResponseInputDto, caller: Principal): Promise<InputItem[]> {
    const previous = dto.previous_response_id;
    const context = previous ? await this.stored.conversationOf(previous, caller) : [];
    const input = await readInput(dto.input, this.stored.itemLookup(caller));
    requireAnsweredCalls(context, input);
    if (context.length + input.length > MOST_ITEMS)
      throw new GatewayError('invalid_request', `The conversation has more than ${MOST_ITEMS} items.`, {
        param: 'previous_response_id',
      });
    const items = [...context, ...input];
    // Turn by turn, or by naming an item again and again, it could become as long as anybody likes.
    if (charactersOf(items) > this.mostCharacters)
      throw new GatewayError(
        'context_length_exceeded',
        `The conversation, with what was said before, has more than ${this.mostCharacters} characters.`,
        { param: 'input' },
      );
    return items;
  }
}

/** Nobody could read what is neither waited for nor kept. */
function requireStored({ background, store }: CreateResponseDto): void {
  if (background && store === false)
    throw new GatewayError('invalid_value', 'background needs store', { param: 'background' });
}
