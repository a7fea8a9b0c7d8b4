import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerEmbeddings } from './answer-embeddings.js';
import {
  EMBEDDING_HEADERS,
  OllamaEmbeddingDto,
  OllamaEmbeddingsAnswerDto,
} from './dto/embedding-answers.dto.js';
import { OllamaEmbedDto, OllamaEmbeddingsDto, type OllamaModelDto } from './dto/ollama-embed.dto.js';
import { EmbeddingsService } from './embeddings.service.js';
import { toOllamaEmbed, toOllamaEmbedding } from './render-embeddings.js';

@ApiTags('embeddings')
@Controller('api')
export class OllamaEmbeddingsController {
  constructor(@Inject(EmbeddingsService) private readonly embeddings: EmbeddingsService) {}

  @Post('embeddings')
  @HttpCode(200)
  @ApiOperation({ summary: 'A vector for a text, as Ollama answers; cached for an hour' })
  @ApiOkResponse({ type: OllamaEmbeddingDto, headers: EMBEDDING_HEADERS })
  embedOne(
    @Body() body: OllamaEmbeddingsDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Ollama answers the empty prompt with the empty vector.
    const inputs = body.prompt === '' ? [] : [body.prompt];
    return answerEmbeddings(
      this.embeddings,
      { request, reply, body, dto: OllamaEmbeddingsDto },
      { ...toTerms(body), inputs },
      toOllamaEmbedding,
    );
  }

  @Post('embed')
  @HttpCode(200)
  @ApiOperation({ summary: 'Vectors for texts, as Ollama answers; cached for an hour' })
  @ApiOkResponse({ type: OllamaEmbeddingsAnswerDto, headers: EMBEDDING_HEADERS })
  embed(
    @Body() body: OllamaEmbedDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const startedAt = performance.now();
    const inputs = typeof body.input === 'string' ? [body.input] : body.input;
    const truncate = body.truncate === false ? false : undefined;
    return answerEmbeddings(
      this.embeddings,
      { request, reply, body, dto: OllamaEmbedDto },
      { ...toTerms(body), inputs, truncate, dimensions: body.dimensions ?? undefined },
      (result) => toOllamaEmbed(body.model, result, performance.now() - startedAt),
    );
  }
}

const toTerms = ({ model, options, keep_alive: keepAlive }: OllamaModelDto) => ({
  model,
  options: options ?? undefined,
  keepAlive: keepAlive ?? undefined,
});
