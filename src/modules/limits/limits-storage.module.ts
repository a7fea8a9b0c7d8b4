import { Module } from '@nestjs/common';
import { BudgetRefresh } from './budgets/budget-refresh.js';
import { BudgetRows } from './budgets/budget-rows.js';
import { BudgetsController } from './budgets/budgets.controller.js';
import { BudgetsService } from './budgets/budgets.service.js';
import { UsageController } from './usage/usage.controller.js';
import { UsageRows } from './usage/usage-rows.js';
import { UsageService } from './usage/usage.service.js';
import { UsageWriter } from './usage/usage-writer.js';

/** Budgets that administrators set, and what was used. Needs DatabaseModule. */
@Module({
  controllers: [BudgetsController, UsageController],
  providers: [BudgetRefresh, BudgetRows, BudgetsService, UsageRows, UsageService, UsageWriter],
})
export class LimitsStorageModule {}
