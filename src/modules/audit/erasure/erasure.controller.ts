import { Body, Controller, Delete, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { EraseUserDto, ErasedUserDto } from './dto/erasure.dto.js';
import { ErasureService } from './erasure.service.js';

@ApiTags('audit')
@Controller('api/v1/audit')
export class ErasureController {
  constructor(@Inject(ErasureService) private readonly erasure: ErasureService) {}

  @Delete('conversations/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Erases a conversation; the chain keeps that there was one' })
  @ApiParam({ name: 'id', description: 'Number of the conversation.' })
  @ApiNoContentResponse({ description: 'It is erased.' })
  eraseConversation(@Param('id') id: string, @Caller() caller: Principal): Promise<void> {
    return this.erasure.eraseConversation(caller, id);
  }

  @Post('erasures')
  @HttpCode(200)
  @ApiOperation({ summary: 'Erases all conversations of a user' })
  @ApiOkResponse({ type: ErasedUserDto })
  async eraseUser(@Body() { user_id }: EraseUserDto, @Caller() caller: Principal): Promise<ErasedUserDto> {
    return { user_id, erased: await this.erasure.eraseUser(caller, user_id) };
  }
}
