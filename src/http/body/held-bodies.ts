/**
 * Bounds the memory of all request bodies that are held at the same time. Each body is limited as well, but many
 * clients together could otherwise make a process hold any number of bytes.
 *
 * A body counts with the bytes that have arrived, not with its declared length: a client could declare any length and
 * send nothing. It counts until its response closes, because calls may send it again until then.
 */
import type { ServerResponse } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { overloaded } from '../../contract/problems.ts';

export const tooManyBodiesProblem = (): Problem =>
  new Problem(overloaded, 'Other request bodies occupy the memory that is reserved for bodies.', {
    headers: { 'Retry-After': '1' },
  });

/** The bodies of a process. It outlives the configuration, which has the limit. */
export class HeldBodies {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns false, without a change, where a larger body does not fit into the limit */
  resize(from: number, to: number, limit: number): boolean {
    const bytes = this.#bytes - from + to;
    if (to > from && bytes > limit) return false;
    this.#bytes = bytes;
    return true;
  }
}

/** The share of one request. */
export class HeldBody {
  readonly #all: HeldBodies;
  readonly #limit: number;
  #bytes = 0;
  #isReleased = false;

  /** @param limit maximum number of bytes of all bodies */
  constructor(all: HeldBodies, limit: number, res: ServerResponse) {
    this.#all = all;
    this.#limit = limit;
    // A response that has closed already does not report it again.
    if (res.closed || res.req.socket.destroyed) this.#isReleased = true;
    else res.once('close', () => this.release());
  }

  /** Whether the body is not needed any more. Nothing may be held from then on. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** The number of bytes by which the body can grow. */
  get room(): number {
    return Math.max(0, this.#limit - this.#all.bytes);
  }

  /** @returns false, without a change, where the body does not fit */
  resize(bytes: number): boolean {
    if (this.#isReleased) return true;
    if (!this.#all.resize(this.#bytes, bytes, this.#limit)) return false;
    this.#bytes = bytes;
    return true;
  }

  release(): void {
    this.#isReleased = true;
    this.#all.resize(this.#bytes, 0, this.#limit);
    this.#bytes = 0;
  }
}
