import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { OnlyKnownFields } from '../../../../common/validation/only-known-fields.js';
import type { BudgetPeriod, BudgetScope } from '../../../../config/index.js';

export const SCOPES = [
  'tenant',
  'user',
  'key',
  'role',
  'device',
  'agent',
  'endpoint',
] as const satisfies readonly BudgetScope[];
const PERIODS = ['day', 'month', 'total'] as const satisfies readonly BudgetPeriod[];
const MOST_TOKENS = 1_000_000_000_000;
const MOST_DOLLARS = 1_000_000;

/** What may be used. One of both has to be there. */
@OnlyKnownFields()
export class SetBudgetDto {
  @ApiPropertyOptional({ description: 'Days and months are those of UTC.', enum: PERIODS, default: 'month' })
  @IsOptional()
  @IsIn(PERIODS)
  period?: BudgetPeriod;

  @ApiPropertyOptional({ description: 'Of prompts and completions.', type: 'integer', minimum: 0 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MOST_TOKENS)
  tokens?: number | null;

  @ApiPropertyOptional({ description: 'In US dollars, by the price table.', minimum: 0 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(MOST_DOLLARS)
  dollars?: number | null;
}

export class BudgetPeriodDto {
  @ApiPropertyOptional({ description: 'Those of all periods, unless it is named.', enum: PERIODS })
  @IsOptional()
  @IsIn(PERIODS)
  period?: BudgetPeriod;
}

export class BudgetDto {
  @ApiProperty({ description: 'Of what kind the subject is.', enum: SCOPES })
  scope!: BudgetScope;

  @ApiProperty({ description: 'Whose it is; `*` is each one’s for itself.' })
  subject!: string;

  @ApiProperty({ description: 'After which it begins anew.', enum: PERIODS })
  period!: BudgetPeriod;

  @ApiProperty({ description: 'Of prompts and completions.', type: 'integer', nullable: true })
  tokens!: number | null;

  @ApiProperty({ description: 'In US dollars.', type: 'number', nullable: true })
  dollars!: number | null;

  @ApiPropertyOptional({
    description: 'Tokens used in this period; not for budgets that hold for several, each for himself.',
    type: 'integer',
  })
  used_tokens?: number;

  @ApiPropertyOptional({ description: 'US dollars used in this period, likewise.' })
  used_dollars?: number;
}

export class BudgetListDto {
  @ApiProperty({ description: 'Always `list`.', enum: ['list'] })
  object!: 'list';

  @ApiProperty({ description: 'By scope, subject and period.', type: [BudgetDto] })
  data!: BudgetDto[];
}
