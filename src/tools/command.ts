/** A command of `linkway`. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  run(names: readonly string[], options?: CommandOptions): Promise<Report>;
}

interface CommandOptions {
  /** The prefix of the paths behind the gateway. */
  readonly prefix?: string;
  /** Whether lines are wanted only about what is wrong. */
  readonly isQuiet?: boolean;
}

interface Report {
  /** The output for programs. */
  readonly json: unknown;
  /** The output for people. */
  readonly lines: readonly string[];
  readonly isGood: boolean;
}
