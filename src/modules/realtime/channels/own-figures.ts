import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

/** Reads single metrics of this process, by their names. */
@Injectable()
export class OwnFigures {
  constructor(@Inject(Registry) private readonly registry: Registry) {}

  /** Sum of all samples for which the condition holds; undefined where there is no such metric. */
  async sum(name: string, holds: (labels: Labels) => boolean = () => true): Promise<number | undefined> {
    const metric = this.registry.getSingleMetric(name);
    if (metric === undefined) return undefined;
    const { values } = await metric.get();
    return values.reduce((sum, { labels, value }) => (holds(labels as Labels) ? sum + value : sum), 0);
  }
}
