import { ApiPropertyOptional } from '@nestjs/swagger';

/** What every client says of itself. */
export class ClientFormDto {
  @ApiPropertyOptional({ description: 'The client, unless HTTP Basic names it.' })
  client_id?: string;

  @ApiPropertyOptional({ description: 'Its secret, unless HTTP Basic or nothing proves it.' })
  client_secret?: string;
}
