import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ClientFormDto } from './client-form.dto.js';

export class KnownTokenFormDto extends ClientFormDto {
  @ApiProperty({ description: 'An access token or a refresh token.' })
  token!: string;

  @ApiPropertyOptional({ description: 'Of which kind it is; a guess is enough.' })
  token_type_hint?: string;
}

/** RFC 7662, section 2.2. */
export class IntrospectionDto {
  @ApiProperty({ description: 'Whether the token is believed. Where not, nothing else is told.' })
  active!: boolean;

  @ApiPropertyOptional({ description: 'What it may do, in words between spaces.' })
  scope?: string;

  @ApiPropertyOptional({ description: 'The client that it was given to.' })
  client_id?: string;

  @ApiPropertyOptional({ description: 'The email address of its user.' })
  username?: string;

  @ApiPropertyOptional({ description: 'How it is shown.' })
  token_type?: string;

  @ApiPropertyOptional({ description: 'When it ends, in seconds of Unix time.' })
  exp?: number;

  @ApiPropertyOptional({ description: 'When it was made, in seconds of Unix time.' })
  iat?: number;

  @ApiPropertyOptional({ description: 'Whom it speaks for.' })
  sub?: string;

  @ApiPropertyOptional({ description: 'For whom it is meant.' })
  aud?: string;

  @ApiPropertyOptional({ description: 'Who made it.' })
  iss?: string;

  @ApiPropertyOptional({ description: 'Its id.' })
  jti?: string;

  @ApiPropertyOptional({ description: 'The role it has here.' })
  role?: string;

  @ApiPropertyOptional({ description: 'The tenant it belongs to.' })
  tenant?: string;
}
