/**
 * Which clients an open circuit blocks: all of them, or one alone where every failure that opened the circuit came from
 * that client. A failure that one client provokes must not take an operation from the others: their calls bypass the
 * circuit until one of them fails as well. At most one client is remembered, however many there are.
 */

/** An opaque name of the client that caused a call; undefined where no client did. */
export type ClientId = string | undefined;

export class CircuitScope {
  /**
   * While the circuit is closed, the client of the latest failure; while it is open for one client, that client; while
   * it is open for all, the client whose half-open probe failed.
   */
  #client: ClientId;
  /** How many failures in a row that client caused, while the circuit is closed. */
  #failuresInRow = 0;
  #isForOneClient = false;

  /** The client that the circuit is open for, where it is one alone. */
  get onlyClient(): ClientId {
    return this.#isForOneClient ? this.#client : undefined;
  }

  /** Whether the circuit, where it is open, blocks the calls of a client. */
  blocks(client: ClientId): boolean {
    return !this.#isForOneClient || client === this.#client;
  }

  /** Counts a failed call of a closed circuit. */
  countFailure(client: ClientId): void {
    this.#failuresInRow = client === this.#client ? this.#failuresInRow + 1 : 1;
    this.#client = client;
  }

  /** @returns the client that caused all of so many latest failures, if it was one client */
  soleCauseOf(failures: number): ClientId {
    return this.#failuresInRow >= failures ? this.#client : undefined;
  }

  open(onlyClient: ClientId): void {
    this.#client = onlyClient;
    this.#isForOneClient = onlyClient !== undefined;
    this.#failuresInRow = 0;
  }

  /**
   * Records a half-open probe that did not show that the target works again.
   * @param isCounted whether the probe failed, rather than being inconclusive
   * @returns whether the circuit was open for one client, and is open for all now
   */
  recordFailedProbe(client: ClientId, isCounted: boolean): boolean {
    if (this.#isForOneClient) {
      if (!isCounted || client === this.#client) return false;
      this.open(undefined);
      return true;
    }
    this.#client = client;
    return false;
  }

  /**
   * Whether a call of this client may be a probe before the pause is over. The client of the first probe may have
   * provoked its failure, and could keep the circuit open for all by being the first after each pause.
   */
  allowsSecondProbe(client: ClientId): boolean {
    return !this.#isForOneClient && this.#client !== undefined && client !== this.#client;
  }

  /** Begins a second probe; there is no other until it ends. @returns the client of the first probe */
  beginSecondProbe(): ClientId {
    const firstClient = this.#client;
    this.#client = undefined;
    return firstClient;
  }

  /** @param isSuccess undefined where the probe was inconclusive */
  endSecondProbe(firstClient: ClientId, isSuccess: boolean | undefined): void {
    if (this.#isForOneClient || this.#client !== undefined) return;
    if (isSuccess) this.open(firstClient);
    else if (isSuccess === undefined) this.#client = firstClient;
  }
}
