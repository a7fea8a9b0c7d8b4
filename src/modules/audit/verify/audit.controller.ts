import { Body, Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import {
  ApiBody,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { AuditService } from './audit.service.js';
import { CheckpointKeyDto } from './dto/checkpoint-key.dto.js';
import { VerdictDto } from './dto/verdict.dto.js';
import { VerifyChainDto } from './dto/verify-chain.dto.js';

@ApiTags('audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Computes a chain anew and names the first entry that is not what was recorded' })
  @ApiBody({ type: VerifyChainDto, required: false })
  @ApiOkResponse({ type: VerdictDto })
  verify(@Body() dto: VerifyChainDto, @Caller() caller: Principal): Promise<VerdictDto> {
    return this.audit.verify(dto, caller);
  }

  @Get('checkpoint')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'How far the caller’s chain has come, as a signed note to be kept' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'A checkpoint in the form of C2SP tlog-checkpoint.', type: String })
  @ApiNotFoundResponse({ description: 'Nothing is on record yet.' })
  checkpoint(@Caller() caller: Principal): Promise<string> {
    return this.audit.checkpoint(caller);
  }

  @Get('checkpoint/key')
  @ApiOperation({ summary: 'What the checkpoints of the caller’s chain can be verified with' })
  @ApiOkResponse({ type: CheckpointKeyDto })
  key(@Caller() caller: Principal): CheckpointKeyDto {
    return this.audit.key(caller);
  }
}
