import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../common/http/caller.decorator.js';
import type { Principal } from '../../contracts/principal.js';
import { ApiStoredResponse } from './dto/api-response.js';
import { DeletedResponseDto, InputItemsDto } from './dto/response-answers.dto.js';
import { InputItemsQueryDto, RetrieveQueryDto } from './dto/response-queries.dto.js';
import { ResponseReadingService } from './response-reading.service.js';

const ID = { name: 'id', description: 'Id of the response.' };

@ApiTags('responses')
@Controller(['v1/responses/:id', 'api/v1/responses/:id'])
export class StoredResponsesController {
  constructor(@Inject(ResponseReadingService) private readonly responses: ResponseReadingService) {}

  @Get()
  @ApiStoredResponse('A response as it stands, or its stream from where the caller left it')
  @ApiParam(ID)
  retrieve(
    @Param('id') id: string,
    @Query() query: RetrieveQueryDto,
    @Caller() caller: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.responses.retrieve(id, query, caller, reply);
  }

  @Delete()
  @ApiOperation({ summary: 'Forgets a response; what is on record stays there' })
  @ApiParam(ID)
  @ApiOkResponse({ type: DeletedResponseDto })
  delete(@Param('id') id: string, @Caller() caller: Principal): Promise<DeletedResponseDto> {
    return this.responses.delete(id, caller);
  }

  @Post('cancel')
  @HttpCode(200)
  @ApiStoredResponse('Stops a response in the background; of one that has ended says how')
  @ApiParam(ID)
  cancel(@Param('id') id: string, @Caller() caller: Principal, @Res() reply: FastifyReply): Promise<void> {
    return this.responses.cancel(id, caller, reply);
  }

  @Get('input_items')
  @ApiOperation({ summary: 'What stood before a response, in pages' })
  @ApiParam(ID)
  @ApiOkResponse({ type: InputItemsDto })
  listItems(
    @Param('id') id: string,
    @Query() query: InputItemsQueryDto,
    @Caller() caller: Principal,
  ): Promise<InputItemsDto> {
    return this.responses.listItems(id, query, caller);
  }
}
