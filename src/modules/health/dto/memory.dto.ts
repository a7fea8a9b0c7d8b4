import { ApiProperty } from '@nestjs/swagger';

export class SystemMemoryDto {
  @ApiProperty({ description: 'Memory of the machine in bytes.', example: 16_000_000_000 })
  total!: number;

  @ApiProperty({ description: 'What of it is free, in bytes.', example: 8_000_000_000 })
  free!: number;
}

export class MemoryDto {
  @ApiProperty({ description: 'Memory this process holds, in bytes.', example: 120_000_000 })
  rss!: number;

  @ApiProperty({ description: 'Bytes in use on the JavaScript heap.', example: 48_000_000 })
  heapUsed!: number;

  @ApiProperty({ description: 'Size of the JavaScript heap in bytes.', example: 64_000_000 })
  heapTotal!: number;

  @ApiProperty({ description: 'Bytes of buffers and other objects outside of the heap.', example: 4_000_000 })
  external!: number;

  @ApiProperty({ description: 'Memory of the machine.' })
  system!: SystemMemoryDto;
}
