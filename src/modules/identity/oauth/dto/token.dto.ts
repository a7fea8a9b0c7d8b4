import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DEVICE_GRANT } from '../clients/oauth-client.js';
import { ClientFormDto } from './client-form.dto.js';

const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_GRANT];

export class DeviceTokenFormDto extends ClientFormDto {
  @ApiPropertyOptional({ enum: [DEVICE_GRANT], description: 'The only one there is here.' })
  grant_type?: string;

  @ApiProperty({ description: 'As `/oauth/device/code` gave it.' })
  device_code!: string;
}

export class TokenFormDto extends ClientFormDto {
  @ApiProperty({ enum: GRANT_TYPES, description: 'What tokens are asked for with.' })
  grant_type!: string;

  @ApiPropertyOptional({ description: 'The code, with `authorization_code`.' })
  code?: string;

  @ApiPropertyOptional({ description: 'The address to which the code went, letter by letter.' })
  redirect_uri?: string;

  @ApiPropertyOptional({ description: 'What the `code_challenge` was made from (RFC 7636).' })
  code_verifier?: string;

  @ApiPropertyOptional({ description: 'With `refresh_token`; the answer has the one that is good next.' })
  refresh_token?: string;

  @ApiPropertyOptional({ description: 'With the device grant, as `/oauth/device/code` gave it.' })
  device_code?: string;

  @ApiPropertyOptional({
    description: 'With `client_credentials` and `refresh_token`; all it may have unless told.',
  })
  scope?: string;
}

export class TokenDto {
  @ApiProperty({ description: 'The credential for the gateway’s API.' })
  access_token!: string;

  @ApiProperty({ description: 'Always `Bearer`.', enum: ['Bearer'] })
  token_type!: 'Bearer';

  @ApiProperty({ description: 'Seconds until the access token ends.' })
  expires_in!: number;

  @ApiProperty({ description: 'What the token may do, in words between spaces.' })
  scope!: string;

  @ApiPropertyOptional({ description: 'Where the client may have one; good once.' })
  refresh_token?: string;

  @ApiPropertyOptional({ description: 'With the scope `openid`: who has logged in, as a JWT.' })
  id_token?: string;
}
