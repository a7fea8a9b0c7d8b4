import { freemem, totalmem } from 'node:os';
import type { MemoryDto } from './dto/memory.dto.js';

export function readMemory(): MemoryDto {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  return { rss, heapUsed, heapTotal, external, system: { total: totalmem(), free: freemem() } };
}
