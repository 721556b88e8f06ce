/** The clocks of rate limits. The wall clock may jump, so only calendar windows use it. */

export interface Clock {
  /** Milliseconds that never go backwards. */
  monotonic(): number;
  /** Milliseconds since 1970. */
  utc(): number;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  utc: () => Date.now(),
};
