import { Global, Module } from '@nestjs/common';
import { Allowances } from '../../contracts/allowance.js';
import { ModelsModule } from '../models/index.js';
import { MeteredAllowances } from './allowance/metered-allowances.js';
import { BudgetBook } from './budgets/budget-book.js';
import { Ledger } from './ledger/ledger.service.js';
import { Endpoints } from './places/endpoints.js';
import { Places } from './places/places.js';
import { UnknownPlaces } from './places/unknown-places.js';
import { PriceList } from './prices/price-list.js';
import { RequestRates } from './rate/request-rates.js';
import { UsageBook } from './usage/usage-book.js';
import { UsageHistory } from './usage/usage-history.js';

/** How often callers may ask, how much they may use, and what it costs. */
@Global()
@Module({
  imports: [ModelsModule],
  providers: [
    BudgetBook,
    Endpoints,
    Ledger,
    MeteredAllowances,
    Places,
    PriceList,
    RequestRates,
    UnknownPlaces,
    UsageBook,
    UsageHistory,
    { provide: Allowances, useExisting: MeteredAllowances },
  ],
  exports: [
    Allowances,
    BudgetBook,
    Ledger,
    MeteredAllowances,
    Places,
    PriceList,
    RequestRates,
    UsageBook,
    UsageHistory,
  ],
})
export class LimitsModule {}
