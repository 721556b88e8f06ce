/** What is wrong with a contract: a line for each fault, which names its place and what to do. */
export class ContractFault extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ContractFault';
    this.lines = lines;
    // Where in the library it was found is of no use to those who write contracts.
    this.stack = `${this.name}: ${this.message}`;
  }
}
