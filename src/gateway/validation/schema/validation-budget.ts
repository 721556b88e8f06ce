/**
 * A bound on what checking one value may cost. Alternatives of a schema that refers to itself are tried at each level of a
 * value, so that their number grows with the power of its depth, and a short body could keep a process busy for hours.
 */
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';

/** Each schema that can be referred to has it: only through those a check can go on without end. */
export const STEP = 'x-step';

export class TooManySteps extends Error {}

/** What is said of a value that could not be checked to its end. */
export const TOO_MANY: readonly ErrorObject[] = [
  {
    ...{ keyword: STEP, instancePath: '', schemaPath: '', params: {} },
    message: 'can be read in too many ways to be checked',
  },
];

export class Steps {
  #left = 0;

  /** @throws TooManySteps in the middle of what `run` does */
  within<T>(most: number, run: () => T): T {
    this.#left = most;
    return run();
  }

  /** @param ajv gets a keyword that counts */
  countIn(ajv: Ajv2020): void {
    ajv.addKeyword({
      keyword: STEP,
      schemaType: 'boolean',
      errors: false,
      validate: () => {
        if (--this.#left < 0) throw new TooManySteps('a value can be read in too many ways');
        return true;
      },
    });
  }
}
