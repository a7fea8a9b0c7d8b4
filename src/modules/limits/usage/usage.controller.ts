import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { UsageQueryDto } from './dto/usage-query.dto.js';
import { UsageReportDto } from './dto/usage-report.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('api/v1/usage')
export class UsageController {
  constructor(@Inject(UsageService) private readonly usage: UsageService) {}

  @Get()
  @ApiOperation({ summary: 'Tokens and costs: one’s own, and for administrators those of the tenant' })
  @ApiOkResponse({ type: UsageReportDto })
  report(@Query() query: UsageQueryDto, @Caller() caller: Principal): Promise<UsageReportDto> {
    return this.usage.report(caller, query);
  }
}
