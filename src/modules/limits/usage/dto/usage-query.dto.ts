import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches, MaxLength } from 'class-validator';
import { GROUPS } from '../usage-group.js';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const GROUP = `(${GROUPS.join('|')})`;
const GROUPS_LIST = new RegExp(`^(${GROUP}(,${GROUP}){0,${GROUPS.length - 1}})?$`);

const DayField = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, type: String, format: 'date', example: '2026-07-01' }),
    IsOptional(),
    Matches(DAY, { message: '$property must be a day such as 2026-07-01' }),
  );

/** Which use is reported. */
export class UsageQueryDto {
  @DayField('First day, in UTC; 30 days before the last one unless given.')
  from?: string;

  @DayField('Last day, in UTC; today unless given.')
  to?: string;

  @ApiPropertyOptional({
    description:
      'A comma list of day, model, user, key, device, agent and endpoint; day and model unless given. Empty sums up everything.',
    type: String,
    example: 'day,model',
  })
  @IsOptional()
  @Matches(GROUPS_LIST, {
    message: 'group_by must be a comma list of day, model, user, key, device, agent and endpoint',
  })
  group_by?: string;

  @ApiPropertyOptional({
    description: 'Of this user only; of others only for administrators.',
    maxLength: 255,
  })
  @IsOptional()
  @MaxLength(255)
  @Matches(/^[^\0]*$/, { message: 'user must be a text without U+0000' })
  user?: string;
}
