import { median } from './table.mjs';

/** @typedef {import('./measure.mjs').Sample} Sample */

/** All samples of a run, by scenario and gateway. */
export class Results {
  /** @type {Map<string, Map<string, Sample[]>>} */
  #samples = new Map();

  /**
   * @param {string} scenario
   * @param {string} gateway
   * @param {Sample} sample
   */
  add(scenario, gateway, sample) {
    const byGateway = this.#samples.get(scenario) ?? new Map();
    this.#samples.set(scenario, byGateway);
    byGateway.set(gateway, [...(byGateway.get(gateway) ?? []), sample]);
  }

  /** @param {string} scenario */
  gatewaysOf(scenario) {
    return [...(this.#samples.get(scenario)?.keys() ?? [])];
  }

  /**
   * The median over the rounds; NaN when it was not measured.
   *
   * @param {string} scenario
   * @param {string} gateway
   * @param {(sample: Sample) => number} read
   */
  median(scenario, gateway, read) {
    const samples = this.#samples.get(scenario)?.get(gateway) ?? [];
    return samples.length ? median(samples.map(read)) : NaN;
  }

  /**
   * The sum over all rounds and scenarios.
   *
   * @param {string} gateway
   * @param {(sample: Sample) => number} read
   */
  sum(gateway, read) {
    return [...this.#samples.values()]
      .flatMap((byGateway) => byGateway.get(gateway) ?? [])
      .reduce((sum, sample) => sum + read(sample), 0);
  }

  /**
   * The median of everything measured of the given gateways.
   *
   * @param {string[]} gateways
   * @param {(sample: Sample) => number} read
   */
  medianOfAll(gateways, read) {
    const samples = [...this.#samples.values()].flatMap((byGateway) =>
      gateways.flatMap((name) => byGateway.get(name) ?? []),
    );
    return samples.length ? median(samples.map(read)) : NaN;
  }

  /**
   * The first complaint about a reply, if there was any.
   *
   * @param {string} gateway
   */
  firstBad(gateway) {
    for (const [scenario, byGateway] of this.#samples) {
      const found = byGateway.get(gateway)?.find(({ client }) => client.firstBad);
      if (found) return `${scenario}: ${found.client.firstBad}`;
    }
    return undefined;
  }

  toJSON() {
    return Object.fromEntries(
      [...this.#samples].map(([scenario, byGateway]) => [scenario, Object.fromEntries(byGateway)]),
    );
  }
}
