import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { BudgetsService } from './budgets.service.js';
import { BudgetDto, BudgetListDto, BudgetPeriodDto, SCOPES, SetBudgetDto } from './dto/budget.dto.js';

const SCOPE = { name: 'scope', description: 'Of what kind the subject is.', enum: SCOPES };
const SUBJECT = {
  name: 'subject',
  description:
    'The tenant, a user, the id of an API key, a role, a device, an agent, or an endpoint such as `POST /v1/chat/completions`, percent-encoded; `*` is each of them for itself.',
};

@ApiTags('budgets')
@Controller('api/v1/admin/budgets')
export class BudgetsController {
  constructor(@Inject(BudgetsService) private readonly budgets: BudgetsService) {}

  @Get()
  @ApiOperation({ summary: 'The budgets that were set in the tenant' })
  @ApiOkResponse({ type: BudgetListDto })
  async list(@Caller() caller: Principal): Promise<BudgetListDto> {
    return { object: 'list', data: await this.budgets.list(caller) };
  }

  @Put(':scope/:subject')
  @ApiOperation({ summary: 'Sets a budget; that of the configuration goes on to hold, the stricter of both' })
  @ApiParam(SCOPE)
  @ApiParam(SUBJECT)
  @ApiOkResponse({ type: BudgetDto })
  set(
    @Param('scope') scope: string,
    @Param('subject') subject: string,
    @Body() dto: SetBudgetDto,
    @Caller() caller: Principal,
  ): Promise<BudgetDto> {
    return this.budgets.set(caller, scope, subject, dto);
  }

  @Delete(':scope/:subject')
  @HttpCode(204)
  @ApiOperation({ summary: 'Takes a budget away' })
  @ApiParam(SCOPE)
  @ApiParam(SUBJECT)
  @ApiNoContentResponse({ description: 'It is gone.' })
  delete(
    @Param('scope') scope: string,
    @Param('subject') subject: string,
    @Query() { period }: BudgetPeriodDto,
    @Caller() caller: Principal,
  ): Promise<void> {
    return this.budgets.delete(caller, scope, subject, period);
  }
}
