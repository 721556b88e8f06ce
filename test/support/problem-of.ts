/** Returns the problem that a function throws. */
import { Problem } from '../../src/contract/problem.ts';

export const problemOf = (act: () => unknown): Problem => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem');
};
