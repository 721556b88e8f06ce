/**
 * Measures for how long a client has read nothing of the data that waits for it. What it sends meanwhile does not
 * count, while the timer of a socket restarts with every byte in either direction.
 */

/** Only the handle knows how many written bytes are still in the process. */
interface QueuedSocket {
  readonly writableLength: number;
  readonly bytesWritten: number;
  readonly _handle?: { readonly writeQueueSize: number } | null;
}

export class UnreadData {
  #bytesRead = 0;
  #readAt = 0;

  /** @returns milliseconds; 0 where no data waits */
  time(connection: object, now: number): number {
    const socket = connection as QueuedSocket;
    if (socket.writableLength > 0) {
      const bytesRead = socket.bytesWritten - socket.writableLength - (socket._handle?.writeQueueSize ?? 0);
      if (bytesRead === this.#bytesRead) return now - this.#readAt;
      this.#bytesRead = bytesRead;
    }
    this.#readAt = now;
    return 0;
  }
}
