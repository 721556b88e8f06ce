/**
 * Limits the cost of checking one value. The alternatives of a recursive schema are tried at each level of a value,
 * so their number grows exponentially with its depth, and a short body could block a process for hours.
 */
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';

/** Every referenced schema has this keyword: only references can make a check run without end. */
export const BUDGET_KEYWORD = 'x-step';

export class BudgetExceeded extends Error {}

/** The errors of a value that could not be checked completely. */
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

  /** @throws BudgetExceeded from within `check` */
  run<T>(budget: number, check: () => T): T {
    this.#remaining = budget;
    return check();
  }

  /** @param ajv gets a keyword that counts steps */
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
