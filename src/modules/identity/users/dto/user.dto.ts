import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';
import { USER_ROLES, type User, type UserRole } from '../user.js';

const LONGEST_EMAIL = 320;
const LONGEST_NAME = 255;
const LONGEST_PASSWORD = 256;

export class UserDto {
  @ApiProperty({ description: 'Of the user.', format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'The primary address.' })
  email!: string;

  @ApiProperty({ description: 'Whether the address is known to be theirs.' })
  email_verified!: boolean;

  @ApiProperty({ description: 'What they may do.', enum: USER_ROLES })
  role!: UserRole;

  @ApiProperty({ description: 'As they are called.', type: String, nullable: true })
  name!: string | null;

  @ApiProperty({ description: 'To whom they belong.' })
  tenant!: string;

  @ApiProperty({ description: 'Whether they are kept from logging in.' })
  disabled!: boolean;

  @ApiProperty({ description: 'Whether they have to choose a password at their next login.' })
  must_change_password!: boolean;

  @ApiProperty({ description: 'Since when they are here.', format: 'date-time' })
  created_at!: string;
}

export class UserListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'The oldest first.', type: [UserDto] })
  data!: UserDto[];

  @ApiProperty({ description: 'Whether there are more, after the last of these.' })
  has_more!: boolean;
}

@OnlyKnownFields()
export class CreateUserDto {
  @ApiProperty({
    description: 'The primary address; nobody else of the tenant may have it.',
    maxLength: LONGEST_EMAIL,
    example: 'ada@example.org',
  })
  @IsString()
  @MinLength(3)
  @MaxLength(LONGEST_EMAIL)
  email!: string;

  @ApiPropertyOptional({
    description: 'To be replaced at the first login. Without one they cannot log in by password.',
    type: String,
  })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_PASSWORD)
  password?: string | null;

  @ApiPropertyOptional({ description: 'What they may do.', enum: USER_ROLES, default: 'user' })
  @IsOptional()
  @IsIn(USER_ROLES)
  role?: UserRole | null;

  @ApiPropertyOptional({ description: 'As they are called.', type: String, maxLength: LONGEST_NAME })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  name?: string | null;
}

@OnlyKnownFields()
export class UpdateUserDto {
  @ApiPropertyOptional({ description: 'What they may do.', enum: USER_ROLES })
  @IsOptional()
  @IsIn(USER_ROLES)
  role?: UserRole | null;

  @ApiPropertyOptional({
    description: 'As they are called; null takes it away.',
    type: String,
    nullable: true,
    maxLength: LONGEST_NAME,
  })
  @ValidateIf((_, value: unknown) => value !== undefined && value !== null)
  @IsString()
  @MaxLength(LONGEST_NAME)
  name?: string | null;

  @ApiPropertyOptional({ description: 'Whether they are kept from logging in.', type: Boolean })
  @IsOptional()
  @IsBoolean()
  disabled?: boolean | null;

  @ApiPropertyOptional({ description: 'To be replaced at the next login.', type: String })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_PASSWORD)
  password?: string | null;
}

@OnlyKnownFields()
export class ChangePasswordDto {
  @ApiProperty({ description: 'The one until now.' })
  @IsString()
  @MaxLength(LONGEST_PASSWORD)
  current_password!: string;

  @ApiProperty({ description: 'At least 12 characters.' })
  @IsString()
  @MaxLength(LONGEST_PASSWORD)
  new_password!: string;
}

export class CallerDto {
  @ApiProperty({ description: 'Of the user or client.' })
  id!: string;

  @ApiProperty({ description: 'To whom the caller belongs.' })
  tenant!: string;

  @ApiProperty({ description: 'What the caller may do.', enum: ['anonymous', ...USER_ROLES] })
  role!: string;

  @ApiProperty({ type: [String], description: 'What the credential allows.' })
  scopes!: readonly string[];

  @ApiProperty({ description: 'The primary address of a user.', type: String, nullable: true })
  email!: string | null;

  @ApiProperty({ description: 'As a user is called.', type: String, nullable: true })
  name!: string | null;
}

export const toUserDto = (user: User): UserDto => ({
  id: user.id,
  email: user.email,
  email_verified: user.emailVerified,
  role: user.role,
  name: user.name ?? null,
  tenant: user.tenant,
  disabled: user.disabled,
  must_change_password: user.mustChangePassword,
  created_at: user.createdAt.toISOString(),
});
