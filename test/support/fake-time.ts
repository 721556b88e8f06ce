/** Time that stands still until a test moves it, while the network goes on. */
import { afterEach, beforeEach, jest } from '@jest/globals';

/** Ended by `jest.useRealTimers()`. */
export const useFakeTime = (): void => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
};

/** For each test of a file: such a time, and jitter that is always half of what it may be. */
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

/** More than anything here takes; a test that waits in vain is to say so, and to end. */
const MOST_TURNS = 20_000;

/** Lets happen what is due now and what the network brings, without a moment passing. */
export async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    if (turn === MOST_TURNS) throw new Error(`waited in vain until ${isDone}`);
    jest.advanceTimersByTime(0);
    await new Promise(setImmediate);
  }
}

/** What becomes of it without a moment passing. */
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
