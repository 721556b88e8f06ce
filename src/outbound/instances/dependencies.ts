/**
 * The dependencies that an instance reports in its health (draft-inadarei-api-health-check-06, section 4). A check is
 * named `component:measurement`; a dependency is a component that has a response time or does not pass.
 */
import { HEALTH_STATES, type HealthState, worstState } from '../../http/health.ts';

export interface Dependency {
  readonly name: string;
  readonly status: HealthState;
  /** Milliseconds. */
  readonly responseTime?: number;
}

/** The aliases of section 3.1. */
const ALIASES: ReadonlyMap<unknown, HealthState> = new Map([
  ...HEALTH_STATES.map((state) => [state, state] as const),
  ...(['ok', 'up'] as const).map((state) => [state, 'pass'] as const),
  ...(['error', 'down'] as const).map((state) => [state, 'fail'] as const),
]);
const RESPONSE_TIME = 'responseTime';
const MILLISECONDS: ReadonlyMap<unknown, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1000],
]);

/** @returns an empty list for a body that is no health document */
export function dependenciesIn(body: string): readonly Dependency[] {
  const { checks } = Object(parseJson(body)) as { readonly checks?: unknown };
  const dependencies = Object.entries(Object(checks) as object).flatMap(([key, list]) => {
    const [name = '', measurement] = key.split(':');
    return (Array.isArray(list) ? list : []).flatMap((check: unknown) => {
      const { status, observedValue, observedUnit } = Object(check) as Record<string, unknown>;
      const state = ALIASES.get(String(status).toLowerCase()) ?? 'pass';
      const unit = MILLISECONDS.get(observedUnit);
      const isTime = measurement === RESPONSE_TIME && typeof observedValue === 'number' && unit !== undefined;
      if (name === '' || (!isTime && state === 'pass')) return [];
      return { name, status: state, ...(isTime && { responseTime: observedValue * unit }) };
    });
  });
  return mergeDependencies(dependencies);
}

/** Each dependency once, with its worst status and its longest response time. */
export const mergeDependencies = (all: readonly Dependency[]): readonly Dependency[] =>
  [...Map.groupBy(all, ({ name }) => name)].map(([name, reports]) => {
    const times = reports.flatMap(({ responseTime }) => responseTime ?? []);
    return {
      name,
      status: worstState(reports),
      ...(times.length > 0 && { responseTime: Math.max(...times) }),
    };
  });

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
