import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { AppConfig } from './config/index.js';

class AboutDto {
  @ApiProperty({ description: 'Name of this gateway.' })
  name!: string;

  @ApiProperty({ description: 'Its version.' })
  version!: string;

  @ApiProperty({ description: 'Where to go from here.', type: Object })
  links!: Record<string, string>;
}

@ApiTags('about')
@Controller()
export class AppController {
  constructor(@Inject(AppConfig) private readonly config: AppConfig) {}

  @Get()
  @ApiOperation({ summary: 'What this is and where to go from here' })
  @ApiOkResponse({ type: AboutDto })
  about(): AboutDto {
    const { name, version } = this.config.project;
    return {
      name,
      version,
      links: {
        chat: '/v1/chat/completions',
        models: '/v1/models',
        docs: '/docs',
        reference: '/redoc',
        openapi: '/openapi.json',
        health: '/health',
        metrics: '/metrics',
      },
    };
  }
}
