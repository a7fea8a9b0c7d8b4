import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';

@OnlyKnownFields()
export class EraseUserDto {
  @ApiProperty({ description: 'Whose conversations are to be erased.', minLength: 1, maxLength: 255 })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  user_id!: string;
}

export class ErasedUserDto {
  @ApiProperty({ description: 'Whose conversations were erased.' })
  user_id!: string;

  @ApiProperty({ description: 'How many there were.', type: 'integer' })
  erased!: number;
}
