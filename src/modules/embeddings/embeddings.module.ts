import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/index.js';
import { EmbeddingsController } from './embeddings.controller.js';
import { EmbeddingsService } from './embeddings.service.js';
import { OllamaEmbeddingsController } from './ollama-embeddings.controller.js';
import { VectorCache } from './vector-cache.js';
import { VectorMaker } from './vector-maker.js';

@Module({
  imports: [ModelsModule],
  controllers: [EmbeddingsController, OllamaEmbeddingsController],
  providers: [EmbeddingsService, VectorCache, VectorMaker],
})
export class EmbeddingsModule {}
