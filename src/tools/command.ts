/** A command of the tool: what it is for, and what it finds. */
export interface Command {
  readonly usage: string;
  readonly about: string;
  run(names: readonly string[], options?: CommandOptions): Promise<Report>;
}

interface CommandOptions {
  /** What the paths of the documents begin with behind the gateway. */
  readonly prefix?: string;
  /** Whether lines are wanted only about what is wrong. */
  readonly isQuiet?: boolean;
}

interface Report {
  /** For a program. */
  readonly json: unknown;
  /** For a person. */
  readonly lines: readonly string[];
  readonly isGood: boolean;
}
