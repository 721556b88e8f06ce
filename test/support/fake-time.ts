/** A clock that stands still until a test moves it, while the network works. */
import { afterEach, beforeEach, jest } from '@jest/globals';

/** Call `jest.useRealTimers()` to end it. */
export const useFakeTime = (): void => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
};

/** Uses the fake clock in each test of a file, with jitter at half of its maximum. */
export function fakeTimeInEachTest(): void {
  beforeEach(() => {
    useFakeTime();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });
}

/** Some seconds: more than any test needs on a busy machine, so that a test that waits forever fails with a message. */
const MAX_TURNS = 1_000_000;

/** Runs due timers and network events, without moving the clock. */
export async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    if (turn === MAX_TURNS) throw new Error(`waited in vain until ${isDone}`);
    jest.advanceTimersByTime(0);
    await new Promise(setImmediate);
  }
}

/** Waits for a promise without moving the clock. */
export async function atOnce<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(() => isSettled);
  return promise;
}

export const pass = (milliseconds: number): void => jest.advanceTimersByTime(milliseconds);
