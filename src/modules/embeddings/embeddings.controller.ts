import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerEmbeddings } from './answer-embeddings.js';
import { CreateEmbeddingDto } from './dto/create-embedding.dto.js';
import { EMBEDDING_HEADERS, EmbeddingListDto } from './dto/embedding-answers.dto.js';
import { EmbeddingsService } from './embeddings.service.js';
import { toOpenAiEmbeddings } from './render-embeddings.js';

@ApiTags('embeddings')
@Controller()
export class EmbeddingsController {
  constructor(@Inject(EmbeddingsService) private readonly embeddings: EmbeddingsService) {}

  @Post(['v1/embeddings', 'api/v1/embeddings'])
  @HttpCode(200)
  @ApiOperation({ summary: 'Vectors for texts, cached for an hour' })
  @ApiOkResponse({ type: EmbeddingListDto, headers: EMBEDDING_HEADERS })
  create(
    @Body() body: CreateEmbeddingDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { model, input, encoding_format, dimensions, user } = body;
    const inputs = typeof input === 'string' ? [input] : input;
    return answerEmbeddings(
      this.embeddings,
      { request, reply, body, dto: CreateEmbeddingDto },
      { model, inputs, dimensions: dimensions ?? undefined, user },
      (result) => toOpenAiEmbeddings(model, result, encoding_format ?? 'float'),
    );
  }
}
