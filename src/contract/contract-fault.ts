/** The faults of a contract, one line each with its location and its remedy. */
export class ContractFault extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ContractFault';
    this.lines = lines;
    // A stack trace into the library does not help the authors of contracts.
    this.stack = `${this.name}: ${this.message}`;
  }
}
