/**
 * The environment of tests that run for a mutant: after the first failure of a file its other tests are skipped, as one
 * is enough, and each of them might hang until its timeout.
 */
import StrykerEnvironment from '@stryker-mutator/jest-runner/jest-env/node';

/** The used part of the events of jest-circus. */
interface TestEvent {
  readonly name: string;
  readonly test?: { mode?: string };
}

export default class extends (StrykerEnvironment as unknown as new () => object) {
  #hasFailed = false;

  /** The base class calls it, in addition to its own work. */
  async handleTestEvent({ name, test }: TestEvent): Promise<void> {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#hasFailed = true;
    if (name === 'test_start' && this.#hasFailed && test) test.mode = 'skip';
  }
}
