/**
 * A bound on what checking one value may cost. Alternatives of a schema that refers to itself are tried at each level of a
 * value, so that their number grows with the power of its depth, and a short body could keep a process busy for hours.
 */
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';

/** Each schema that can be referred to has it: only through those a check can go on without end. */
export const BUDGET_KEYWORD = 'x-step';

export class BudgetExceeded extends Error {}

/** What is said of a value that could not be checked to its end. */
export const BUDGET_ERRORS: readonly ErrorObject[] = [
  {
    keyword: BUDGET_KEYWORD,
    instancePath: '',
    schemaPath: '',
    params: {},
    message: 'can be read in too many ways to be checked',
  },
];

export class ValidationBudget {
  #remaining = 0;

  /** @throws TooManySteps in the middle of what `run` does */
  run<T>(budget: number, check: () => T): T {
    this.#remaining = budget;
    return check();
  }

  /** @param ajv gets a keyword that counts */
  addKeyword(ajv: Ajv2020): void {
    ajv.addKeyword({
      keyword: BUDGET_KEYWORD,
      schemaType: 'boolean',
      errors: false,
      validate: () => {
        if (--this.#remaining < 0) throw new BudgetExceeded('a value can be read in too many ways');
        return true;
      },
    });
  }
}
