import { Inject, Injectable } from '@nestjs/common';
import { AppConfig, isNamedBy, type PriceSettings } from '../../../config/index.js';
import type { PricedModel } from '../../../contracts/allowance.js';
import { BackendDirectory } from '../../models/index.js';

/** What they generate costs nothing but electricity. */
const LOCAL_KINDS: ReadonlySet<string | undefined> = new Set(['ollama', 'simulator']);
/** Dollars for a million tokens are so many nanodollars for one. */
const NANODOLLARS = 1_000;
export const NANODOLLARS_PER_DOLLAR = 1_000_000_000;

/** In nanodollars for a token. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

const FREE: Price = { input: 0, output: 0 };

/** What models cost, as far as that is known. */
@Injectable()
export class PriceList {
  private readonly prices: readonly PriceSettings[];

  constructor(
    @Inject(AppConfig) { prices }: AppConfig,
    @Inject(BackendDirectory) private readonly backends: BackendDirectory,
  ) {
    this.prices = prices;
  }

  find({ backend, model }: PricedModel): Price | undefined {
    const price = this.prices.find(
      (each) => (each.backend === undefined || each.backend === backend) && isNamedBy(each.model, model),
    );
    if (price !== undefined) return { input: price.input * NANODOLLARS, output: price.output * NANODOLLARS };
    return LOCAL_KINDS.has(this.backends.find(backend)?.backend.kind) ? FREE : undefined;
  }

  /** What it cost in nanodollars; undefined where that is not known. */
  costOf(of: PricedModel, promptTokens: number, completionTokens: number): number | undefined {
    const price = this.find(of);
    return price && Math.ceil(promptTokens * price.input + completionTokens * price.output);
  }

  /** The most that any of them costs. */
  highest(targets: readonly PricedModel[]): Price {
    const known = targets.map((target) => this.find(target) ?? FREE);
    return {
      input: Math.max(0, ...known.map(({ input }) => input)),
      output: Math.max(0, ...known.map(({ output }) => output)),
    };
  }
}
