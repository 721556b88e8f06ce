/** A command of `linkway`. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  run(names: readonly string[], options?: CommandOptions): Promise<Report>;
}

export interface CommandOptions {
  /** The prefix of the paths behind the gateway. */
  readonly prefix?: string;
  /** Whether lines are wanted only about what is wrong. */
  readonly isQuiet?: boolean;
  /** Scopes of a new key or user, separated by commas. */
  readonly scopes?: string | undefined;
  /** When the new key or password expires. */
  readonly expires?: string | undefined;
  /** The program that uses the new key or password. */
  readonly client?: string | undefined;
}

interface Report {
  /** The output for programs. */
  readonly json: unknown;
  /** The output for people. */
  readonly lines: readonly string[];
  readonly isGood: boolean;
}
