/** The windows `day` and `month`, which begin at midnight UTC. The bounds of the current one are kept. */

export class Calendar {
  /** The number of the current window; a later window has a higher number. */
  index = 0;
  /** When the current window ends, in milliseconds since 1970. */
  end = 0;
  readonly #unit: 'day' | 'month';
  #begin = 0;

  constructor(unit: 'day' | 'month') {
    this.#unit = unit;
  }

  /** Moves to the window of this time. */
  moveTo(utc: number): void {
    if (utc >= this.#begin && utc < this.end) return;
    const date = new Date(utc);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    if (this.#unit === 'month') {
      this.index = year * 12 + month;
      this.#begin = Date.UTC(year, month);
      this.end = Date.UTC(year, month + 1);
      return;
    }
    this.index = Math.floor(utc / DAY);
    this.#begin = this.index * DAY;
    this.end = this.#begin + DAY;
  }
}

/** UTC as computers have it knows no leap seconds. */
const DAY = 86_400_000;
