/**
 * For whom a circuit is open: for all clients, or for one alone where every failure that opened it came from that one.
 * What one client provokes must not take an operation from the others: their calls go on beside the circuit, until one
 * of them fails as well. It remembers one client at most, however many there are.
 */

/** An opaque name of who caused a call; undefined where nobody outside did. */
export type Client = string | undefined;

export class CircuitScope {
  /**
   * While the circuit is closed, who caused the latest failure; while it is open for one client, that one; while it is
   * open for all, whose call tried in vain if the target is back.
   */
  #client: Client;
  /** Failures in a row that this one caused, while the circuit is closed. */
  #inRow = 0;
  #isForOne = false;

  /** The client that it is open for, where it is one alone. */
  get only(): Client {
    return this.#isForOne ? this.#client : undefined;
  }

  /** Whether it stops the calls of a client where it is open. */
  stops(client: Client): boolean {
    return !this.#isForOne || client === this.#client;
  }

  /** A call failed while it was closed. */
  count(client: Client): void {
    this.#inRow = client === this.#client ? this.#inRow + 1 : 1;
    this.#client = client;
  }

  /** @returns the one that caused all of so many latest failures, if it was one */
  causeOf(failures: number): Client {
    return this.#inRow >= failures ? this.#client : undefined;
  }

  open(only: Client): void {
    this.#client = only;
    this.#isForOne = only !== undefined;
    this.#inRow = 0;
  }

  /**
   * A call that should have shown that the target is back did not.
   * @param isCounted whether it failed, rather than say nothing of the target
   * @returns whether the circuit was open for one client, and is for all now
   */
  tryInVain(client: Client, isCounted: boolean): boolean {
    if (this.#isForOne) {
      if (!isCounted || client === this.#client) return false;
      this.open(undefined);
      return true;
    }
    this.#client = client;
    return false;
  }

  /**
   * Whether a call of another client may try if the target is back though its time has not come: the one that tried may
   * have provoked the failure, and could otherwise keep the circuit open for all by being the first each time.
   */
  mayTry(client: Client): boolean {
    return !this.#isForOne && this.#client !== undefined && client !== this.#client;
  }

  /** Such a call begins; until it ends there is no other. @returns who had tried in vain */
  begin(): Client {
    const tried = this.#client;
    this.#client = undefined;
    return tried;
  }

  /** The call ended. @param isWell undefined where it says nothing of the target */
  end(tried: Client, isWell: boolean | undefined): void {
    if (this.#isForOne || this.#client !== undefined) return;
    if (isWell) this.open(tried);
    else if (isWell === undefined) this.#client = tried;
  }
}
