import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** RFC 7591, section 2, as far as it is looked at. */
export class ClientMetadataDto {
  @ApiProperty({ description: 'Where codes may go.', type: [String] })
  redirect_uris!: string[];

  @ApiPropertyOptional({ description: 'As users see it.' })
  client_name?: string;

  @ApiPropertyOptional({ description: 'How it may get tokens; none without a user.', type: [String] })
  grant_types?: string[];

  @ApiPropertyOptional({ description: 'What it may ask for, in words between spaces.' })
  scope?: string;

  @ApiPropertyOptional({
    description: 'How it proves itself; `none` for a public client.',
    enum: ['client_secret_basic', 'client_secret_post', 'none'],
    default: 'client_secret_basic',
  })
  token_endpoint_auth_method?: string;
}

export class RegisteredClientDto extends ClientMetadataDto {
  @ApiProperty({ description: 'What the client calls itself from now on.' })
  client_id!: string;

  @ApiPropertyOptional({ description: 'Told this once; public clients have none.' })
  client_secret?: string;
}
