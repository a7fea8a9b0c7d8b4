import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
} from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';
import { USER_ROLES, type UserRole } from '../../users/index.js';
import { CLIENT_GRANTS, CLIENT_SCOPES, type OAuthClient } from '../clients/oauth-client.js';

const MOST_ADDRESSES = 20;

@OnlyKnownFields()
export class CreateOAuthClientDto {
  @ApiProperty({ description: 'As users see it.', maxLength: 255 })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name!: string;

  @ApiPropertyOptional({
    default: false,
    description: 'Without a secret, as in a browser or an application.',
    type: Boolean,
  })
  @IsOptional()
  @IsBoolean()
  public?: boolean | null;

  @ApiPropertyOptional({ description: 'Where codes may go.', type: [String], maxItems: MOST_ADDRESSES })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ADDRESSES)
  @IsString({ each: true })
  redirect_uris?: string[] | null;

  @ApiPropertyOptional({
    description: 'How it may get tokens.',
    enum: CLIENT_GRANTS,
    isArray: true,
    default: ['authorization_code', 'refresh_token'],
    minItems: 1,
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(CLIENT_GRANTS, { each: true })
  grants?: OAuthClient['grants'][number][] | null;

  @ApiPropertyOptional({
    enum: CLIENT_SCOPES,
    isArray: true,
    description: 'What it may ask for; all unless told.',
    minItems: 1,
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(CLIENT_SCOPES, { each: true })
  scopes?: string[] | null;

  @ApiPropertyOptional({ enum: USER_ROLES, default: 'user', description: 'Of what it does in its own name.' })
  @IsOptional()
  @IsIn(USER_ROLES)
  role?: UserRole | null;
}

export class OAuthClientDto {
  @ApiProperty({ description: 'The `client_id`.' })
  id!: string;

  @ApiProperty({ description: 'As users see it.' })
  name!: string;

  @ApiProperty({ description: 'Whether it has no secret.' })
  public!: boolean;

  @ApiProperty({ description: 'Where codes may go.', type: [String] })
  redirect_uris!: readonly string[];

  @ApiProperty({ description: 'How it may get tokens.', enum: CLIENT_GRANTS, isArray: true })
  grants!: readonly string[];

  @ApiProperty({ description: 'What it may ask for.', type: [String] })
  scopes!: readonly string[];

  @ApiProperty({ description: 'Of what it does in its own name.', enum: USER_ROLES })
  role!: string;

  @ApiProperty({ description: 'Whether it stands in the configuration, and can only be changed there.' })
  configured!: boolean;
}

export class CreatedOAuthClientDto extends OAuthClientDto {
  @ApiPropertyOptional({ description: 'Told this once.' })
  secret?: string;
}

export class OAuthClientListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'Those of the configuration first.', type: [OAuthClientDto] })
  data!: OAuthClientDto[];
}

export const toClientDto = (client: OAuthClient, isConfigured: boolean): OAuthClientDto => ({
  id: client.id,
  name: client.name,
  public: client.secretHash === undefined,
  redirect_uris: client.redirectUris,
  grants: client.grants,
  scopes: client.scopes,
  role: client.role,
  configured: isConfigured,
});
