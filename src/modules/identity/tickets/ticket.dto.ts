import { ApiProperty } from '@nestjs/swagger';

export class TicketDto {
  @ApiProperty({
    description:
      'Good once: as `?ticket=` on an event stream or a WebSocket, or as `auth.ticket` of Socket.IO. It stands for the ' +
      'credential it was asked for with.',
  })
  ticket!: string;

  @ApiProperty({ description: 'Seconds until it is good no more.', type: 'integer', example: 60 })
  expires_in!: number;
}
