import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import { StreamTickets, TICKET_LIFETIME_S } from './stream-tickets.js';
import { TicketDto } from './ticket.dto.js';

@ApiTags('identity')
@Controller('api/v1/auth/tickets')
export class TicketsController {
  constructor(@Inject(StreamTickets) private readonly tickets: StreamTickets) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Gives a ticket for one stream or socket, for browsers' })
  @ApiOkResponse({ type: TicketDto })
  async issue(@Caller() holder: Principal): Promise<TicketDto> {
    return { ticket: await this.tickets.issue(holder), expires_in: TICKET_LIFETIME_S };
  }
}
