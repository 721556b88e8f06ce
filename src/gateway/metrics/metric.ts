/** One metric as a row of a table: its name, and its values at the time of a scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** The labels of a series, and its value. */
export type Sample = readonly [labels: Labels, value: number];

export interface Metric {
  readonly kind: 'counter' | 'gauge';
  /** Without the prefix of the project. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Called for each scrape. */
  samples(): Iterable<Sample>;
}

export function register({ kind, name, help, labels = [], samples }: Metric, registry: Registry): void {
  const common = { registers: [registry], name: `linkway_${name}`, help, labelNames: labels };
  if (kind === 'gauge')
    new Gauge({
      ...common,
      collect() {
        this.reset();
        for (const [own, value] of samples()) this.set(own, value);
      },
    });
  else
    new Counter({
      ...common,
      collect() {
        this.reset();
        for (const [own, value] of samples()) this.inc(own, value);
      },
    });
}
