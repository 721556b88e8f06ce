/**
 * Whom an instance calls in turn, by what it says of its health (draft-inadarei-api-health-check-06, section 4): a check
 * is named `component:measurement`, and whom it has called is a component with a response time, or one that is not well.
 */
import { HEALTH_STATES, type HealthState, worstState } from '../../http/health.ts';

export interface Dependency {
  readonly name: string;
  readonly status: HealthState;
  /** Milliseconds. */
  readonly responseTime?: number;
}

/** Section 3.1 has them for those who had others before. */
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

/** @returns those of a body that is no such document: none */
export function dependenciesIn(body: string): readonly Dependency[] {
  const { checks } = Object(parsed(body)) as { readonly checks?: unknown };
  const found = Object.entries(Object(checks) as object).flatMap(([key, list]) => {
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
  return together(found);
}

/** Each once: as badly as it is anywhere, and as slow. */
export const together = (all: readonly Dependency[]): readonly Dependency[] =>
  [...Map.groupBy(all, ({ name }) => name)].map(([name, ones]) => {
    const times = ones.flatMap(({ responseTime }) => responseTime ?? []);
    return { name, status: worstState(ones), ...(times.length > 0 && { responseTime: Math.max(...times) }) };
  });

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
