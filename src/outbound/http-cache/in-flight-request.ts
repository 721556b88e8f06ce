/** One call for all who ask the same while it is on its way. It ends when the last of them leaves. */
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import type { Kept } from './store/store.ts';
import type { Stored } from './stored-response.ts';

/** What a flight came to. */
export interface Landing {
  readonly whole?: Stored | undefined;
  /** Whether that is for all of them; otherwise each has to ask for itself. */
  readonly isShared: boolean;
  readonly isStored: boolean;
  /** Whether the service confirmed what was kept. */
  readonly isConfirmed: boolean;
  /** Of the service. */
  readonly status: number;
  /** For the one who began it, where it is for nobody else. */
  readonly own?: UpstreamAnswer | undefined;
}

/** Where what it brings is kept. */
export interface Place {
  readonly key: string;
  /** Of the resource when it began. */
  readonly state: Kept['state'];
}

export class Flight {
  readonly place: Place;
  readonly landing: Promise<Landing>;
  /** `performance.now()` by which its first caller wants it. */
  readonly deadline: number;
  /** The resource was changed meanwhile: what it brings is not kept. */
  isOutdated = false;
  /** Whether somebody came after the first. */
  isForSeveral = false;
  #passengers = 0;
  #hasFirst = false;
  #end: () => void = () => {};

  constructor(place: Place, deadline: number, fly: (flight: Flight) => Promise<Landing>) {
    this.place = place;
    this.deadline = deadline;
    this.landing = fly(this);
  }

  /** What ends the call that goes on for it. */
  set onDeserted(end: () => void) {
    this.#end = end;
  }

  /** @returns what lets go of it */
  join(): () => void {
    this.isForSeveral = this.#hasFirst;
    this.#hasFirst = true;
    this.#passengers += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#passengers -= 1;
      if (this.#passengers === 0) this.#end();
    };
  }
}
